/** An abort in the cluster cannot be made, or would do harm; nothing was changed. */
export class LiveAbortRefusedError extends Error {
  override readonly name = 'LiveAbortRefusedError'
  readonly code = 'LIVE_ABORT_REFUSED'
  /** What to do instead, as a sentence without a full stop. */
  readonly remedy: string

  constructor(problem: string, remedy: string) {
    super(problem)
    this.remedy = remedy
  }
}
