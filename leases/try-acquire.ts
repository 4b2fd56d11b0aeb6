import { momentOf } from './clock.ts'
import type { ExpiryJudge, ExpiryVerdict } from './expiry-judge.ts'
import { type Grant, grantOf } from './grant.ts'
import { endedHold, endedHolds, type HoldState, holdState, mayBeQueued } from './hold-state.ts'
import { acquired, type HoldRequest, markedQueued, renewed, withSlots } from './hold-writes.ts'
import type { LeaseReading, StoredLease } from './lease-store.ts'
import { LeaseConflictError } from './lease-store-errors.ts'
import type { Lock, LockContext } from './lock.ts'
import { HoldLostError } from './lock-errors.ts'
import { LockQueue } from './lock-queue.ts'
import { readSlotLeases, saySlots } from './lock-slots.ts'
import { findTurn } from './turn.ts'

export type Attempt = Acquired | HeldByOthers

export interface Acquired {
  readonly kind: 'acquired'
  readonly grant: Grant
  /** It already had the hold: an earlier answer was lost, or the hold was handed over to it. */
  readonly isReplay: boolean
}

export interface HeldByOthers {
  readonly kind: 'held'
  readonly holders: readonly HoldState[]
  /** When to look again at the earliest, if nothing changes. */
  readonly againInMs: number
  /** Clocks that have to agree did not, by that much, so nobody can say whether a hold is over. */
  readonly disagreementMs?: number
  /** As they were read. */
  readonly leases: readonly StoredLease[]
}

/** Whoever loses the race for a Lease that often in a row lets others go first. */
const MOST_CONFLICTS = 8

/**
 * Gets the lock if it is free, or if the judge says that its holder is gone. One read and one write
 * of each slot's Lease; only where somebody may wait in the queue, a read of that too, and a write where
 * whoever is first there lets the lock lie. Whoever is the first ever to take a slot that is not the first one writes on that one how many there are.
 *
 * @param signal ends the reading. A write that was begun is waited for, or nobody would know of it
 * @throws {HoldLostError} if this very hold has been there and is over
 * @throws {LockSlotsError} if the lock has another number of slots
 * @throws {LeaseMissingError}
 * @throws {LeaseStoreError} after which the same call, with the same id, is always safe
 */
export async function tryAcquire(
  context: LockContext,
  lock: Lock,
  request: HoldRequest,
  judge: ExpiryJudge,
  signal?: AbortSignal,
): Promise<Attempt> {
  for (let conflicts = 0; ; conflicts++) {
    const slots = await readSlots(context, lock, judge, signal)
    // First: of a lock with slots, a late write may have given a hold that is over a second one.
    refuseEnded(slots, request.id)
    const own = slots.find(({ hold }) => hold?.id === request.id)
    const target = own ?? (await chooseSlot(context, lock, request, slots, judge))
    if (target === undefined || conflicts === MOST_CONFLICTS) return heldByOthers(slots)
    try {
      const grant = await writeHold(context, lock, request, { slots, target })
      return { kind: 'acquired', grant, isReplay: own !== undefined }
    } catch (error) {
      if (!(error instanceof LeaseConflictError)) throw error
    }
  }
}

interface Slot {
  readonly reading: LeaseReading
  /** `undefined` if nobody has it. */
  readonly hold: HoldState | undefined
  readonly verdict: ExpiryVerdict
  /** Whether others wait for it too. */
  readonly isQueued?: boolean
}

const NOBODY_HOLDS: ExpiryVerdict = { isOver: true, againInMs: 0 }

async function readSlots(
  context: LockContext,
  lock: Lock,
  judge: ExpiryJudge,
  signal: AbortSignal | undefined,
): Promise<readonly Slot[]> {
  const readings = await readSlotLeases(context, lock, signal)
  return Promise.all(
    readings.map(async (reading): Promise<Slot> => {
      const hold = holdState(reading.lease)
      return { reading, hold, verdict: hold ? await judge.judge(hold, reading) : NOBODY_HOLDS }
    }),
  )
}

/** A request that comes again after its hold has ended is late, and gets nothing. */
function refuseEnded(slots: readonly Slot[], id: string): void {
  for (const { lease } of slots.map(({ reading }) => reading)) {
    const ended = endedHold(lease.record, id)
    if (ended !== undefined) throw new HoldLostError(lease.name, id, ended.how)
  }
}

/** A slot to take, unless it is the turn of others to take them all. */
async function chooseSlot(
  context: LockContext,
  lock: Lock,
  { id, ttlSeconds }: HoldRequest,
  slots: readonly Slot[],
  judge: ExpiryJudge,
): Promise<Slot | undefined> {
  const chosen = preferred(slots, id).find(({ verdict }) => verdict.isOver)
  const asksQueue =
    slots.length > 1 || slots.some(({ reading }) => mayBeQueued(reading.lease.record))
  if (chosen === undefined) return undefined
  if (!asksQueue) return chosen
  const line = new LockQueue(context, lock, ttlSeconds)
  const free = slots.filter(({ verdict }) => verdict.isOver)
  const turn = await findTurn(line, judge, id, {
    free: free.map(({ reading }) => reading.lease),
    served: slots.flatMap(servedIn),
  })
  return turn.isOwn ? { ...chosen, isQueued: turn.others > 0 } : undefined
}

/** Who has it or has had it, and may not have left the queue yet. */
const servedIn = ({ reading, hold }: Slot): readonly string[] => {
  const ended = endedHolds(reading.lease.record).map(({ id }) => id)
  return hold?.id === undefined ? ended : [hold.id, ...ended]
}

/** The same order each time a hold is asked for: a retry does not get it in a second slot. */
function preferred(slots: readonly Slot[], id: string): readonly Slot[] {
  const first = Number.parseInt(id.slice(0, 8), 16) % slots.length || 0
  return [...slots.slice(first), ...slots.slice(0, first)]
}

async function writeHold(
  context: LockContext,
  lock: Lock,
  request: HoldRequest,
  { slots: [first], target }: { readonly slots: readonly Slot[]; readonly target: Slot },
): Promise<Grant> {
  const { store, clock } = context
  const { hold, isQueued = false } = target
  const { lease } = target.reading
  const isFirst = lease.name.name === lock.name
  if (!isFirst && first !== undefined) await saySlots(context, lock, first.reading.lease)
  const epoch = await store.epoch()
  const since = momentOf(clock)
  const { wallMs } = since
  const next =
    hold?.id === request.id
      ? renewOwn(hold, lease, request.id, wallMs)
      : markedQueued(acquired(lease, request, { epoch, wallMs }), isQueued)
  const said = isFirst && !lock.firstAlone ? withSlots(next, lock.slots ?? 1) : next
  return grantOf(request.id, await store.replace(lease, said), since)
}

/**
 * What its holder may believe counts from a write of this call: it cannot know when the earlier one
 * was sent.
 */
function renewOwn(hold: HoldState, { name, record }: StoredLease, id: string, wallMs: number) {
  if (hold.broken !== undefined) throw new HoldLostError(name, id, 'broken', hold.broken.reason)
  if (hold.isReleased) throw new HoldLostError(name, id, 'released')
  return renewed(record, wallMs)
}

function heldByOthers(slots: readonly Slot[]): HeldByOthers {
  const [soonest] = slots.toSorted((a, b) => a.verdict.againInMs - b.verdict.againInMs)
  const { againInMs = 0, disagreementMs } = soonest?.verdict ?? {}
  return {
    kind: 'held',
    holders: slots.flatMap(({ hold }) => hold ?? []),
    againInMs,
    ...(disagreementMs !== undefined && { disagreementMs }),
    leases: slots.map(({ reading }) => reading.lease),
  }
}
