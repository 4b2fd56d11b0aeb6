/** The log of the branch does not tell what a rollout needs. */
export class UntoldRolloutError extends Error {
  override readonly name = 'UntoldRolloutError'
  readonly code = 'UNTOLD_ROLLOUT'
  readonly remedy: string

  /**
   * @param path on the branch, with the environment's folder
   * @param problem as a sentence without a full stop
   */
  constructor(path: string, problem: string) {
    super(problem)
    this.remedy = `Restore ${path} from a clone that still has it as Lockstep has written it, with the inventory of the same commit`
  }
}
