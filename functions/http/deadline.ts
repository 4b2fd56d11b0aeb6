import type { Clock } from '../../leases/clock.ts'
import { CallerGoneError } from './caller-gone-error.ts'

/**
 * Does something that has to be done in time. Its signal aborts when time is over, or when nobody
 * wants to know any more; whatever does not look at it goes on unseen.
 *
 * @throws what `late` makes, if it took longer
 * @throws {CallerGoneError} once the outer signal aborts
 */
export async function withinDeadline<Result>(
  { clock, limitMs, signal }: DeadlineProps,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController()
  const finished = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  const deadline = clock.sleep(limitMs, finished.signal).then(() => {
    const error = late()
    over.abort(error)
    throw error
  })
  try {
    return await Promise.race([work(either), deadline, untilAborted(signal, finished.signal)])
  } catch (cause) {
    // What servers abort with need not be an error: that of Node gives a text.
    throw signal.aborted ? new CallerGoneError({ cause }) : cause
  } finally {
    finished.abort(FINISHED)
    await deadline.catch(() => {})
  }
}

export interface DeadlineProps {
  readonly clock: Pick<Clock, 'sleep'>
  readonly limitMs: number
  readonly signal: AbortSignal
}

/** Made once: an abort without a reason makes one, with a stack, for each request. */
const FINISHED = new Error('finished')

/** Rejects once that aborts. */
function untilAborted(signal: AbortSignal, finished: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  if (signal.aborted) reject(signal.reason)
  signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: finished })
  return promise
}
