/** Who asks, as whoever vouched for the token says it. */
export interface Identity {
  /**
   * The subject, the same each time it comes and never that of anybody else, whoever vouched for it:
   * `system:serviceaccount:shop:reindex`. Its holds are its own by this name alone.
   */
  readonly name: string
  /** Another one for each subject that ever had this name. For authorizers and people. */
  readonly uid?: string
  readonly groups: readonly string[]
  /** What else is known, as a `TokenReview` of Kubernetes has it. */
  readonly extra?: Readonly<Record<string, readonly string[]>>
  /**
   * How it was found out, for records that outlive the token: `oidc https://token.actions.example.com`.
   *
   * @default - whoever vouched for it does not say
   */
  readonly proof?: string
}
