/** What is needed to render an app in flight is not on the branch. */
export class MissingRenditionError extends Error {
  override readonly name = 'MissingRenditionError'
  readonly code = 'MISSING_RENDITION'
  readonly remedy = 'Revert the commit that has removed it'

  constructor(app: string, revision: string) {
    super(`The branch no longer has revision ${revision} of ${app}, which its rollout needs`)
  }
}
