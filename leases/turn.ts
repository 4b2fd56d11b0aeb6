import type { ExpiryJudge, Silence } from './expiry-judge.ts'
import type { StoredLease } from './lease-store.ts'
import type { LockQueue } from './lock-queue.ts'
import { placeAmong, type Ticket } from './tickets.ts'

/*
 * A free lock is kept for whoever is first in line, and not for ever: who waits looks at it three times
 * in the life of its ticket at least, so whoever has not taken it by then, and a while more, is gone.
 * Its ticket is taken away, and the next one's turn begins. Should it come after all, it has lost its
 * place and nothing else: only one of those who try to take a lock ever gets it.
 */

/** For requests on their way, and what clocks of whole seconds hide. */
const COMES_LATE_MS = 2_000
/** For each further back: the next one need not come at the same moment as those behind it. */
const AFTER_YOU_MS = 250

/** How long what is free is kept for the one with a ticket of that life. */
export const turnMs = (ticketTtlMs: number): number => ticketTtlMs / 3 + COMES_LATE_MS

/** What is free, and who does not wait for it any more. */
export interface FreeSlots {
  /** One for each slot, as they were read. */
  readonly free: readonly StoredLease[]
  /** Ids that have got it already, and may not have left the queue yet. */
  readonly served: readonly string[]
}

export type Turn = { readonly isOwn: true; readonly others: number } | { readonly isOwn: false }

/**
 * Whose turn it is to take what is free. Those who are first, and have not taken it for so long that
 * they must be gone, are passed.
 *
 * @throws {LeaseStoreError}
 */
export async function findTurn(
  line: LockQueue,
  judge: ExpiryJudge,
  id: string,
  { free, served }: FreeSlots,
): Promise<Turn> {
  const { reading, waiting } = await line.look(served)
  const { ahead, others } = placeAmong(waiting, id)
  const behind = ahead - free.length
  if (behind < 0) return { isOwn: true, others }
  const first = waiting.slice(0, free.length)
  const { isOver } = await judge.judge(silenceOf(first, free, behind), reading)
  if (!isOver) return { isOwn: false }
  await line.strike(...first.map((ticket) => ticket.id))
  return behind < free.length ? { isOwn: true, others: others - first.length } : { isOwn: false }
}

/** Of those who are first: it ends when one of them takes something, leaves, or more becomes free. */
const silenceOf = (
  first: readonly Ticket[],
  free: readonly StoredLease[],
  behind: number,
): Silence => ({
  signOfLife: JSON.stringify([
    first.map(({ id }) => id),
    free.map(({ name, uid, record }) => [
      name.name,
      uid,
      record.holderIdentity,
      record.leaseTransitions,
    ]),
  ]),
  termMs: longestTurnMs(first, free) + behind * AFTER_YOU_MS,
  costsOnlyTurn: true,
})

/** Where a holder is gone without a word, some of them know later than others that the lock is free. */
function longestTurnMs(first: readonly Ticket[], free: readonly StoredLease[]): number {
  const isExpired = free.some(({ record }) => record.holderIdentity !== '')
  const turns = first.map(
    ({ ttlMs, judgesLateMs = 0 }) => turnMs(ttlMs) + (isExpired ? judgesLateMs : 0),
  )
  return Math.max(...turns)
}
