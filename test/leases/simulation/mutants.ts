/** A mistake that could be made, or has been made by others, and that the simulation has to find. */
export interface Mutant {
  readonly name: string
  /** In `leases/`. */
  readonly file: string
  /** Stands there exactly once. */
  readonly find: string
  readonly replace: string
  /** As many have to share the lock for it to show. @default 2 to 4 */
  readonly processes?: number
}

/** So many that not all of those who wait are at the front of the queue. */
export const CROWD = 12

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the token counts holds, and starts over with a Lease made anew',
    file: 'hold-writes.ts',
    find: '[LEASE_ANNOTATIONS.token]: version,',
    replace: '[LEASE_ANNOTATIONS.token]: String(record.leaseTransitions + 1),',
  },
  {
    name: 'the token of the hold before is kept',
    file: 'hold-writes.ts',
    find: '[LEASE_ANNOTATIONS.token]: version,',
    replace: '[LEASE_ANNOTATIONS.token]: record.annotations[LEASE_ANNOTATIONS.token] ?? version,',
  },
  {
    name: 'expiry by wall clocks',
    file: 'sightings.ts',
    find: 'const leftMs = sighting.sinceMs + termMs - nowMs',
    replace:
      'const leftMs = Date.parse(lease.record.renewTime ?? "") + termMs - this.#clock.wallMs()',
  },
  {
    name: 'whoever asks takes it',
    file: 'sightings.ts',
    find: 'isOver: leftMs <= 0',
    replace: 'isOver: true',
  },
  {
    name: 'others wait for half of the term',
    file: 'lock-timing.ts',
    find: 'leaseDurationSeconds * 1000 +',
    replace: 'leaseDurationSeconds * 500 +',
  },
  {
    name: 'no margin',
    file: 'lock-timing.ts',
    find: 'const marginMs = Math.max(LEAST_MARGIN_MS, ttlMs * MARGIN_SHARE)',
    replace: 'const marginMs = 0',
  },
  {
    name: 'a renewal is no sign of life',
    file: 'hold-state.ts',
    find: 'JSON.stringify([uid, holderIdentity, renewTime, own[LEASE_ANNOTATIONS.renewals]])',
    replace: 'JSON.stringify([uid, holderIdentity])',
  },
  {
    name: 'any write to the Lease is a sign of life',
    file: 'sightings.ts',
    find: 'const key = describeLease(lease.name)',
    replace: 'const key = describeLease(lease.name)\n    signOfLife = lease.version',
  },
  {
    name: 'a sighting is never forgotten',
    file: 'sightings.ts',
    find: 'before?.signOfLife === signOfLife ? before',
    replace: 'before ? before',
  },
  {
    name: 'a hold counts from when the answer to the acquiring write came',
    file: 'try-acquire.ts',
    find: 'return grantOf(request.id, await store.replace(lease, said), since)',
    replace:
      'const written = await store.replace(lease, said)\n  return grantOf(request.id, written, momentOf(clock))',
  },
  {
    name: 'a hold that is handed over keeps its token',
    file: 'hold-writes.ts',
    find: 'return acquired(free, to, context)',
    replace:
      'const next = acquired(free, to, context)\n  return { ...next, annotations: { ...next.annotations, [LEASE_ANNOTATIONS.token]: lease.record.annotations[LEASE_ANNOTATIONS.token] ?? "" } }',
  },
  {
    name: 'a hold that is asked for again counts from then, without a write',
    file: 'try-acquire.ts',
    find: '  const next =\n    hold?.id',
    replace:
      '  if (hold?.id === request.id) return grantOf(request.id, { lease, storeTimeMs: 0 }, since)\n  const next =\n    hold?.id',
  },
  {
    name: 'a conflict counts as done',
    file: 'rewrite-lease.ts',
    find: 'if (!(error instanceof LeaseConflictError)) throw error',
    replace: 'if (error instanceof LeaseConflictError) return reading\n      throw error',
  },
  {
    name: 'no compare-and-swap',
    file: 'memory-lease-store.ts',
    find: 'if (!this.#isCurrent(seen)) throw new LeaseConflictError(seen.name)',
    replace: '',
  },
  {
    name: 'whoever renews or releases does not look whose hold it is',
    file: 'renew.ts',
    find: 'if (now.uid === written.lease.uid && isStillOf(id, now)) return',
    replace: 'if (now.uid === written.lease.uid) return',
  },
  {
    name: 'a broken hold goes on',
    file: 'grant.ts',
    find: ' && hold.broken === undefined',
    replace: '',
  },
  {
    name: 'nobody watches the deadline',
    file: 'held-lock.ts',
    find: 'void this.#watchDeadline()',
    replace: '',
  },
  {
    name: 'holds that have ended are not remembered',
    file: 'hold-writes.ts',
    find: 'const REMEMBERED_ENDS = 16',
    replace: 'const REMEMBERED_ENDS = 0',
  },
  {
    name: 'the minimum is not kept',
    file: 'release.ts',
    find: 'return seconds > 0 ?',
    replace: 'return seconds > 1e9 ?',
  },
  {
    name: 'last come, first served',
    file: 'lock-queue.ts',
    find: '[...tickets, refreshed]',
    replace: '[refreshed, ...tickets]',
  },
  {
    name: 'nobody asks the queue',
    file: 'try-acquire.ts',
    find: 'if (!asksQueue) return',
    replace: 'if (slots.length > 0) return',
  },
  {
    name: 'tickets of the dead stay',
    file: 'tickets.ts',
    find: 'storeTimeMs - seenMs < Math.min(ttlMs, MOST_TICKET_MS) &&',
    replace: '',
  },
  {
    name: 'a free lock is kept for whoever is first in line, dead or alive',
    file: 'turn.ts',
    find: 'ticketTtlMs / 3 + COMES_LATE_MS',
    replace: '1e9',
  },
  {
    name: 'whoever is first in line and does not come at once is passed',
    file: 'turn.ts',
    find: 'ticketTtlMs / 3 + COMES_LATE_MS',
    replace: '0',
  },
  {
    name: 'nobody leaves the queue',
    file: 'lock-queue.ts',
    find: 'if (this.#kept === undefined) return',
    replace: 'if (this.#ttlMs > 0) return',
  },
  {
    name: 'whoever waits is not woken by a release',
    file: 'until-changed.ts',
    find: '...leases.map((lease) => store.changed(lease, either)),',
    replace: '',
  },
  {
    name: 'whoever is far back in line never learns that it has come to the front',
    file: 'lock-queue.ts',
    find: 'return ahead < FRONT_OF_QUEUE ? this.refreshMs / 2 : 0',
    replace: 'return ahead < FRONT_OF_QUEUE ? this.refreshMs / 2 : 1e9',
    processes: CROWD,
  },
  {
    name: 'a lock with slots is given out once too often',
    file: 'lock.ts',
    find: 'Array.from({ length: slots },',
    replace: 'Array.from({ length: slots > 1 ? slots + 1 : 1 },',
  },
  {
    name: 'whoever says another number of slots is believed',
    file: 'lock-slots.ts',
    find: 'if (said !== undefined && said !== asked) throw',
    replace: 'if (said === 0) throw',
  },
  {
    name: 'whoever takes a slot that is not the first says nowhere how many there are',
    file: 'try-acquire.ts',
    find: 'await saySlots(context, lock, first.reading.lease)',
    replace: 'void saySlots',
  },
  {
    name: 'the number of slots goes with the hold that said it',
    file: 'hold-writes.ts',
    find: 'const OF_ONE_HOLD: ReadonlySet<string> = new Set([',
    replace: 'const OF_ONE_HOLD: ReadonlySet<string> = new Set([\n  LEASE_ANNOTATIONS.slots,',
  },
]
