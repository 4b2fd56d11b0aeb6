import { TimeLimit } from '../kubernetes/time-limit.ts'
import { orAborted } from '../leases/or-aborted.ts'

/**
 * Does something again and again for as long as other work takes, with a pause before each time, and not
 * at all if that ends within the first one. Returns when the work is done, whatever fails.
 *
 * @throws what the work does, and what is done meanwhile
 */
export async function whileWorking<Result>(
  work: Promise<Result>,
  pauseMs: number,
  act: () => Promise<void>,
): Promise<Result> {
  try {
    while (!(await isDoneWithin(work, pauseMs))) await act()
  } finally {
    await Promise.allSettled([work])
  }
  return work
}

async function isDoneWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const limit = new TimeLimit(ms)
  try {
    await orAborted(work, limit.signal)
    return true
  } catch (error) {
    if (limit.isOver) return false
    throw error
  } finally {
    limit.end()
  }
}
