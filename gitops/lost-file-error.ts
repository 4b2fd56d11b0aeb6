/** Somebody has changed a file that a rollout relies on, and the repository has no other state of it. */
export class LostFileError extends Error {
  override readonly name = 'LostFileError'
  readonly code = 'LOST_FILE'
  readonly remedy: string

  /** @param path on the branch, with the environment's folder */
  constructor(path: string) {
    super(
      `${path} was changed by hand, and the repository no longer has it as Lockstep has written it`,
    )
    this.remedy = `Revert the commit that has changed it (\`git log -- ${path}\`)`
  }
}
