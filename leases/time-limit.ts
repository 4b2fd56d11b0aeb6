import type { Clock } from './clock.ts'
import { LeaseStoreError } from './lease-store-errors.ts'

/**
 * Calls with a signal that aborts after a time, so that one request that hangs leaves time for
 * another one.
 *
 * @throws {LeaseStoreError} of unknown outcome if it took too long
 * @throws the reason of the outer signal
 */
export async function withTimeLimit<Result>(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = new AbortController()
  const finished = new AbortController()
  const timer = clock.sleep(limitMs, finished.signal).then(
    () => limit.abort(),
    () => {},
  )
  try {
    return await call(AbortSignal.any([signal, limit.signal]))
  } catch (error) {
    if (!limit.signal.aborted || signal.aborted) throw error
    const message = `No answer within ${Math.round(limitMs)} ms`
    throw new LeaseStoreError({ message, outcome: 'unknown', retryable: true, cause: error })
  } finally {
    finished.abort()
    await timer
  }
}
