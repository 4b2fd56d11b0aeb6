import { isListOf, isObject, readJson } from './annotation-json.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { LeaseReading } from './lease-store.ts'
import { LEASE_ANNOTATIONS } from './names.ts'

/** One that waits. */
export interface Ticket {
  readonly id: string
  /** When it last said that it still waits, by the store's clock. */
  readonly seenMs: number
  /** For how long it counts unless that is said again, which whoever waits does three times as often. */
  readonly ttlMs: number
  /** How much later than others it knows that a hold is over which nobody has ended. @default 0 */
  readonly judgesLateMs?: number
}

/** In line. */
export interface Place {
  /** Who came first and still waits. */
  readonly ahead: number
  /** All others who wait. */
  readonly others: number
}

/** The store's clock may have whole seconds. */
const LEAST_TICKET_MS = 5_000
/** No ticket counts for longer, whatever it says. */
const MOST_TICKET_MS = 15_000

/** As many milliseconds as that for each who waits: all write one Lease, which takes so many writes a second. */
const TICKET_MS_FOR_EACH = 150

/** How much further than its own time the store's clock may be behind, after it was set back. */
const TICKET_FROM_FUTURE_MS = 5_000

/**
 * For how long a ticket counts that is not refreshed.
 *
 * @param ttlSeconds of the holds that are waited for: nobody blocks others for longer, if it is 5 to 15 s
 * and a few wait
 * @param waiting how many do: in a long queue all tickets live for 15 s
 */
export function ticketTtlMs(ttlSeconds: number, waiting: number): number {
  const wantedMs = Math.max(ttlSeconds * 1000, LEAST_TICKET_MS, waiting * TICKET_MS_FOR_EACH)
  return Math.min(wantedMs, MOST_TICKET_MS)
}

/** Those who wait, in the order in which they came. */
export function liveTickets({ lease, storeTimeMs }: LeaseReading): readonly Ticket[] {
  const all = readJson(lease.record.annotations[LEASE_ANNOTATIONS.tickets], isListOf(isTicket))
  return (all ?? []).filter(
    ({ seenMs, ttlMs }) =>
      storeTimeMs - seenMs < Math.min(ttlMs, MOST_TICKET_MS) &&
      seenMs - storeTimeMs <= TICKET_FROM_FUTURE_MS,
  )
}

export const withTickets = (record: LeaseRecord, tickets: readonly Ticket[]): LeaseRecord => ({
  ...record,
  annotations: { ...record.annotations, [LEASE_ANNOTATIONS.tickets]: JSON.stringify(tickets) },
})

/** Whoever has no ticket comes after all others. */
export function placeAmong(tickets: readonly Ticket[], id: string): Place {
  const own = tickets.findIndex((ticket) => ticket.id === id)
  return own === -1
    ? { ahead: tickets.length, others: tickets.length }
    : { ahead: own, others: tickets.length - 1 }
}

const isTicket = (value: unknown): value is Ticket =>
  isObject(value) &&
  typeof value.id === 'string' &&
  typeof value.seenMs === 'number' &&
  typeof value.ttlMs === 'number' &&
  ['number', 'undefined'].includes(typeof value.judgesLateMs)
