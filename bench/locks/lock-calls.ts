import { randomUUID } from 'node:crypto'
import { acquire } from '../../leases/acquire.ts'
import { systemClock } from '../../leases/clock.ts'
import type { Grant } from '../../leases/grant.ts'
import type { HoldRequest } from '../../leases/hold-writes.ts'
import type { LeaseName } from '../../leases/lease-name.ts'
import type { LeaseStore } from '../../leases/lease-store.ts'
import type { LockContext } from '../../leases/lock.ts'
import { LockHeldError } from '../../leases/lock-errors.ts'
import { release } from '../../leases/release.ts'
import { renew } from '../../leases/renew.ts'
import type { Call } from './timed-calls.ts'

export const RAW_READ = 'read'
export const RAW_WRITE = 'write'

/** A store, and calls of it that know nothing of locks. */
export interface BenchedStore {
  readonly store: LeaseStore
  /** As many Leases as there are names, to be found by them. */
  readonly leases: readonly LeaseName[]
  readonly rawRead: () => Promise<unknown>
  readonly rawWrite: () => Promise<unknown>
}

/** What is done with a lock, beside the same number of raw calls. Bars: section 10 of the design. */
export async function lockCalls({
  store,
  leases: [renewed, acquired, refused],
  rawRead,
  rawWrite,
}: BenchedStore): Promise<readonly Call[]> {
  const context: LockContext = { store, clock: systemClock, random: Math.random }
  const take = (lock: LeaseName | undefined) =>
    acquire(context, { lock: lock as LeaseName, request: newRequest(), waitMs: 0 })
  let renewing = await take(renewed)
  await take(refused)
  let fresh: Grant
  return [
    { name: RAW_READ, run: rawRead },
    { name: RAW_WRITE, run: rawWrite },
    {
      name: 'renew',
      reference: RAW_WRITE,
      bar: 1.3,
      run: async () => {
        renewing = await renew(context, renewing)
      },
    },
    {
      name: 'acquire, free',
      reference: RAW_WRITE,
      bar: 2.2,
      run: async () => {
        fresh = await take(acquired)
      },
      after: () => release(context, fresh),
    },
    {
      name: 'acquire, held by another',
      reference: RAW_READ,
      bar: 1.1,
      run: () => take(refused).catch(ignoreHeld),
    },
  ]
}

const newRequest = (): HoldRequest => ({ id: randomUUID(), holder: 'bench', ttlSeconds: 3600 })

function ignoreHeld(error: unknown): void {
  if (!(error instanceof LockHeldError)) throw error
}
