import pRetry from 'p-retry'
import { BranchMovedError } from './git-remote-errors.ts'

export interface RetryLostRacesProps {
  /**
   * How often to try before somebody has to look.
   *
   * @default 20
   */
  readonly attempts?: number
  /**
   * Longest pause before the second attempt, in milliseconds. Later pauses are up to 1.5 times as
   * long as the one before, at most five seconds; each is drawn at random, so that many who lost
   * together do not meet again.
   *
   * @default 100
   */
  readonly firstPauseMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs an attempt that reads a branch and writes on top of what it has read, and runs it again, from
 * the reading on, when somebody else was faster.
 *
 * @throws {BranchMovedError} if that happens every time
 */
export function retryLostRaces<T>(
  attempt: () => Promise<T>,
  { attempts = 20, firstPauseMs = 100, signal }: RetryLostRacesProps = {},
): Promise<T> {
  return pRetry(attempt, {
    retries: attempts - 1,
    minTimeout: firstPauseMs,
    factor: 1.5,
    maxTimeout: 5000,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof BranchMovedError,
    ...(signal !== undefined && { signal }),
  })
}
