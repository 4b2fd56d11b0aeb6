interface TargetProps {
  /** Whose commits it is told of. @default - those of all environments */
  readonly environments?: readonly string[] | undefined
}

/** Somebody who takes Standard Webhooks: a chat, a dashboard, a program of your own. */
export interface StandardWebhookTarget extends TargetProps {
  readonly kind: 'standard-webhooks'
  readonly url: string
  /** `whsec_…`. All of them sign, so that the receiver can change from one to the next. */
  readonly secrets: readonly string[]
}

/** A Receiver of Flux, of the type `generic-hmac`, or `generic` without a secret. */
export interface FluxReceiverTarget extends TargetProps {
  readonly kind: 'flux-receiver'
  readonly url: string
  /** The `token` of the Receiver's Secret. @default - the address is secret enough */
  readonly secret?: string | undefined
}

/** The webhook of Argo CD, which refreshes the Applications of a repository and branch. */
export interface ArgoCdTarget extends TargetProps {
  readonly kind: 'argocd'
  /** `https://argocd.example.com/api/webhook`. */
  readonly url: string
  /** `webhook.github.secret` of Argo CD's Secret. @default - Argo CD has none, and takes all */
  readonly secret?: string | undefined
}

/** The status of commits on a Git host, for commits of that repository alone. */
export interface CommitStatusTarget extends TargetProps {
  readonly kind: 'github-status' | 'gitlab-status'
  /** `https://github.com/acme/deploy`. */
  readonly repository: string
  /** @default - that of the repository's host: `https://api.github.com`, `https://HOST/api/v4` */
  readonly api?: string | undefined
  /** Asked each time, since some last for an hour. */
  readonly token: () => Promise<string>
  /** What the status is called, beside those of others. */
  readonly context: string
}

export type NotificationTarget =
  | StandardWebhookTarget
  | FluxReceiverTarget
  | ArgoCdTarget
  | CommitStatusTarget
