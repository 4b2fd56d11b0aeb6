import type { StoredLease } from './lease-store.ts'
import type { LockContext } from './lock.ts'

/**
 * Resolves when one of the Leases may have changed, or after that time, whatever is first.
 *
 * @throws the reason of the signal
 */
export async function untilChanged(
  { store, clock }: LockContext,
  leases: readonly StoredLease[],
  withinMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const done = new AbortController()
  const either = signal ? AbortSignal.any([signal, done.signal]) : done.signal
  const ends = [
    clock.sleep(withinMs, either),
    ...leases.map((lease) => store.changed(lease, either)),
  ]
  try {
    await Promise.race(ends)
  } finally {
    done.abort()
    await Promise.allSettled(ends)
  }
}
