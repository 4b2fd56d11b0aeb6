/** Where an API server is, and who we are to it. */
export interface Connection {
  /** `https://127.0.0.1:41873`. */
  readonly server: string
  /** PEM of whom to trust as the server. */
  readonly certificateAuthority?: string | undefined
  readonly token?: string | undefined
  /** PEM, together with `clientKey`, for clusters that know people by certificate. */
  readonly clientCertificate?: string | undefined
  readonly clientKey?: string | undefined
}
