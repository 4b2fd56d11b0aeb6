/** The server is too old, or keeps its objects in a way that this adapter cannot read. */
export class UnsupportedServerError extends Error {
  override readonly name = 'UnsupportedServerError'
  readonly code = 'UNSUPPORTED_SERVER'
  readonly remedy = 'Use the adapter for the `git` command, `lockstep/gitops/git`, for this server'

  constructor(location: string, missing: string) {
    super(`${location} does not offer ${missing}, without which smart HTTP is of no use here`)
  }
}
