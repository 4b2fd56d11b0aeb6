/** Whom to trust as the API server, and who we are to it. Certificates and keys are PEM. */
export interface Credentials {
  /** @default those that Node trusts */
  readonly certificateAuthority?: string | undefined
  readonly token?: string | undefined
  /** Together with `clientKey`, for clusters that know people by certificate. */
  readonly clientCertificate?: string | undefined
  readonly clientKey?: string | undefined
  /** User to act as, for whoever may. */
  readonly impersonate?: string | undefined
  /** Name in the server's certificate, if it is not that of the address. */
  readonly serverName?: string | undefined
  /**
   * Whether to talk to a server that cannot show who it is.
   *
   * @default false
   */
  readonly insecure?: boolean | undefined
  /**
   * An `https.Agent` that makes the connections by way of a proxy, with all of the above, instead of
   * our own. Not typed as one: who has no Node types can read these.
   */
  readonly proxyAgent?: object | undefined
}

/** Asked before every request: tokens and certificates are replaced while we run. */
export type CredentialSource = () => Credentials | Promise<Credentials>
