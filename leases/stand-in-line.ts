import { type HoldState, holdState, mayBeQueued } from './hold-state.ts'
import { markedQueued } from './hold-writes.ts'
import type { StoredLease } from './lease-store.ts'
import type { LockContext } from './lock.ts'
import { FRONT_OF_QUEUE, type LockQueue } from './lock-queue.ts'
import { rewriteLease } from './rewrite-lease.ts'
import type { Place } from './tickets.ts'
import type { HeldByOthers } from './try-acquire.ts'
import { untilChanged } from './until-changed.ts'

/** One that waits: it has a ticket, and the lock says that somebody has. */
export interface Standing {
  readonly place: Place
  /** The lock's Leases, as they were seen last; none for one that is too far back to watch them. */
  readonly seen: readonly StoredLease[]
  /** When it is worth to try again, if nothing changes. */
  readonly againInMs: number
}

/** Whoever is first in line and found the lock free has only lost a race. */
const AFTER_A_RACE_MS = 50
/** For each of those who came first. */
const TO_TAKE_OR_LEAVE_MS = 250
/** For each between those further back and the front: hardly anybody is served faster. */
const TO_BE_SERVED_MS = 50

/**
 * Comes to the queue of a lock that others have, or stays there.
 *
 * @throws {QueueFullError}
 * @throws {LeaseStoreError}
 */
export async function standInLine(
  context: LockContext,
  { leases, againInMs }: HeldByOthers,
  line: LockQueue,
  id: string,
): Promise<Standing> {
  const wasFree = leases.some((lease) => isThereFor(id, holdState(lease)))
  const place = await line.keep(id, wasFree)
  if (place.ahead >= FRONT_OF_QUEUE)
    return { place, seen: [], againInMs: farMs(context, place, line) }
  const [first] = leases
  const seen = first && leases.length === 1 ? [await markQueue(context, first)] : leases
  const isFree = seen.some((lease) => isThereFor(id, holdState(lease)))
  // What happened between the attempt and the mark is part of what was seen, and wakes nobody.
  const isNews = isFree && seen[0]?.version !== first?.version
  const pauseMs = Math.max(isFree ? 0 : againInMs, AFTER_A_RACE_MS * context.random())
  const againMs = place.ahead === 0 || isNews ? pauseMs : patienceMs(place, isFree, line)
  return { place, seen, againInMs: Math.min(againMs, line.refreshMs) }
}

/**
 * Only the first in line has to be quick: a queue that woke all at each change would be a crowd. But
 * whoever of those ahead of a free lock leaves instead of taking it changes nothing that is watched.
 */
const patienceMs = ({ ahead }: Place, isFree: boolean, line: LockQueue): number =>
  isFree ? ahead * TO_TAKE_OR_LEAVE_MS : line.refreshMs

/** The further back the longer; drawn, so that those who came together do not stay together. */
const farMs = ({ random }: LockContext, { ahead }: Place, line: LockQueue): number =>
  Math.min((ahead - FRONT_OF_QUEUE + 1) * TO_BE_SERVED_MS * (0.5 + random()), line.refreshMs)

/** Nobody has it, or another call of the same hold has got it. */
const isThereFor = (id: string, hold: HoldState | undefined): boolean =>
  hold === undefined || hold.id === id

/**
 * Waits until trying again may help, or the ticket has to be kept, or that time is over.
 *
 * @throws the reason of the signal
 */
export const untilWorthwhile = (
  context: LockContext,
  { seen, againInMs }: Standing,
  withinMs: number,
  signal?: AbortSignal,
): Promise<void> => untilChanged(context, seen, Math.min(againInMs, withinMs), signal)

/** Without it, whoever finds the lock free takes it and never looks at the queue. */
async function markQueue(context: LockContext, seen: StoredLease): Promise<StoredLease> {
  const { lease } = await rewriteLease(context, { lease: seen, storeTimeMs: 0 }, ({ lease }) =>
    mayBeQueued(lease.record) ? undefined : markedQueued(lease.record, true),
  )
  return lease
}
