import { LeaseStoreError } from './lease-store-errors.ts'

const FIRST_MS = 100
const LONGEST_MS = 5_000

/**
 * How long to wait before trying again what has failed: as the store asked, or else drawn at random,
 * so that those who failed together do not come back together.
 *
 * @param failures in a row before this one
 * @throws the error itself, if trying again is no use
 */
export function pauseAfter(error: unknown, failures: number, random: () => number): number {
  if (!(error instanceof LeaseStoreError && error.retryable)) throw error
  return error.retryAfterMs ?? Math.min(FIRST_MS * 2 ** failures, LONGEST_MS) * (0.5 + random() / 2)
}
