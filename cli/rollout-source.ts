import type { CommitAnswer } from '../functions/rollouts/commit-answer.ts'
import type { LookedAnswer } from '../functions/rollouts/look-answer.ts'

/** Where the rollouts of one app are read, and by whose eyes. */
export interface RolloutSource {
  /** How it is now, and what a tick would do about it. */
  look(): Promise<LookedAnswer>

  /** The latest commits that have changed how far its releases have come, newest first. */
  log(limit: number): Promise<RolloutLog>

  /** Resolves after that time, sooner if the source hears of a change, or when the command is to end. */
  pause(ms: number): Promise<void>
}

export interface RolloutLog {
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly environment: string
  readonly commits: readonly CommitAnswer[]
}
