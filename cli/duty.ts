/** What an elector does with leadership. */
export interface Duty {
  /**
   * Stands for election, and does its duty in each term, until the signal aborts. When this resolves,
   * nothing is left of the last term.
   */
  run(stop: AbortSignal): Promise<void>

  /** Whether the containers that come after the elector may start. */
  readonly isStarted: boolean

  /** Whether the pod may get requests, as far as leadership goes. */
  readonly isReady: boolean

  /**
   * Looks at once whether its pod is asked to end.
   *
   * @default - nothing that it does depends on that
   */
  look?(): void
}
