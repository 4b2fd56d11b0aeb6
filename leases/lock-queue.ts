import { isListOf, isObject, readJson } from './annotation-json.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { LeaseReading } from './lease-store.ts'
import type { Lock, LockContext } from './lock.ts'
import { LEASE_ANNOTATIONS, queueLeaseName } from './names.ts'
import { rewriteLease } from './rewrite-lease.ts'

/** One that waits. */
interface Ticket {
  readonly id: string
  /** When it last said that it still waits, by the store's clock. */
  readonly seenMs: number
  readonly ttlMs: number
}

/** For how long a ticket counts that is not refreshed. The store's clock may have whole seconds. */
const LEAST_TICKET_SECONDS = 5
const MOST_TICKET_SECONDS = 15
const CLOCK_STEP_MS = 1000

/** As many milliseconds as that for each who waits: all write one Lease, which takes so many writes a second. */
const TICKET_MS_FOR_EACH = 150

/** So many look at whatever happens to the lock. Those behind them look from time to time. */
export const FRONT_OF_QUEUE = 8

/** How much further than its own time the store's clock may be behind, after it was set back. */
const TICKET_FROM_FUTURE_MS = 5_000
/** What fits an annotation, many times over. */
const MOST_TICKETS = 500

/** More wait for a lock than its queue has room for. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError'
  readonly code = 'QUEUE_FULL'

  constructor(lock: Lock) {
    super(
      `${MOST_TICKETS} wait for lock ${lock.namespace}/${lock.name} already. Try again later, without waiting`,
    )
  }
}

/**
 * Who waits for a lock, first come first served: on a Lease of its own, so that those who come
 * disturb no holder.
 *
 * It is about fairness alone and trusts the store's clock: at worst somebody gets a free lock out of
 * turn, or later by the life of a ticket. Nobody gets one that is not free.
 */
export class LockQueue {
  readonly #context: LockContext
  readonly #lock: Lock
  readonly #leastTtlMs: number
  /** Of the own ticket. */
  #ttlMs: number
  #kept: { readonly place: Place; readonly atMs: number } | undefined

  /**
   * @param ttlSeconds of the holds that are waited for: no ticket blocks others for longer, if it is 5 to
   * 15 s and a few wait. In a long queue all tickets live for 15 s
   */
  constructor(context: LockContext, lock: Lock, ttlSeconds: number) {
    this.#context = context
    this.#lock = lock
    this.#leastTtlMs = 1000 * Math.max(ttlSeconds, LEAST_TICKET_SECONDS)
    this.#ttlMs = this.#ttlMsAmong(1)
  }

  /** How often whoever waits has to `keep` its ticket. */
  get refreshMs(): number {
    return this.#ttlMs / 3
  }

  /**
   * How many wait, and how many of them came first.
   *
   * @param served ids that have got it already, and may not have left the queue yet
   */
  async look(id: string, served: readonly string[] = []): Promise<Place> {
    return placeOf(id, liveTickets(await this.#read()), served)
  }

  /**
   * Comes, or says again that it still waits, if it is time to: so the place may be of a moment ago,
   * and no better than it is.
   *
   * @throws {QueueFullError}
   */
  async keep(id: string): Promise<Place> {
    const nowMs = this.#context.clock.monotonicMs()
    if (this.#kept !== undefined && nowMs - this.#kept.atMs < this.#goodForMs(this.#kept.place)) {
      return this.#kept.place
    }
    const tickets = await this.#change((tickets, storeTimeMs) => {
      const own = tickets.find((ticket) => ticket.id === id)
      const isGood = own !== undefined && !isDue(own, storeTimeMs)
      this.#ttlMs = isGood ? own.ttlMs : this.#ttlMsAmong(tickets.length)
      if (isGood) return tickets
      if (!own && tickets.length >= MOST_TICKETS) throw new QueueFullError(this.#lock)
      const refreshed = { id, seenMs: storeTimeMs, ttlMs: this.#ttlMs }
      return own
        ? tickets.map((ticket) => (ticket === own ? refreshed : ticket))
        : [...tickets, refreshed]
    })
    const place = placeOf(id, tickets, [])
    this.#kept = { place, atMs: nowMs }
    return place
  }

  /** Waits no longer, if it ever did. */
  async leave(id: string): Promise<void> {
    if (this.#kept === undefined) return
    await this.strike(id)
  }

  /** Takes a ticket away, whoever came with it: one call of a function waits on where another did. */
  async strike(id: string): Promise<void> {
    await this.#change((tickets) =>
      tickets.some((ticket) => ticket.id === id)
        ? tickets.filter((ticket) => ticket.id !== id)
        : tickets,
    )
  }

  /** Whoever is near the front looks at each change; the others seldom, and to know how near they are. */
  #goodForMs({ ahead }: Place): number {
    return ahead < FRONT_OF_QUEUE ? this.refreshMs / 2 : 0
  }

  #ttlMsAmong(tickets: number): number {
    const wantedMs = Math.max(this.#leastTtlMs, tickets * TICKET_MS_FOR_EACH)
    return Math.min(wantedMs, MOST_TICKET_SECONDS * 1000)
  }

  #read(): Promise<LeaseReading> {
    const { namespace, name } = this.#lock
    return this.#context.store.read({ namespace, name: queueLeaseName(name) })
  }

  /** Writes only what has changed; tickets of the dead go along with it. */
  async #change(change: (tickets: readonly Ticket[], storeTimeMs: number) => readonly Ticket[]) {
    let tickets: readonly Ticket[] = []
    await rewriteLease(this.#context, await this.#read(), (reading) => {
      const before = liveTickets(reading)
      tickets = change(before, reading.storeTimeMs)
      return tickets === before ? undefined : withTickets(reading.lease.record, tickets)
    })
    return tickets
  }
}

const withTickets = (record: LeaseRecord, tickets: readonly Ticket[]): LeaseRecord => ({
  ...record,
  annotations: { ...record.annotations, [LEASE_ANNOTATIONS.tickets]: JSON.stringify(tickets) },
})

export interface Place {
  /** Who came first and still waits. */
  readonly ahead: number
  /** All others who wait. */
  readonly others: number
}

/** How many wait, by the Lease of a queue. */
export const waitingIn = (queue: LeaseReading): number => liveTickets(queue).length

function placeOf(id: string, tickets: readonly Ticket[], served: readonly string[]): Place {
  const waiting = tickets.filter((ticket) => ticket.id === id || !served.includes(ticket.id))
  const own = waiting.findIndex((ticket) => ticket.id === id)
  return own === -1
    ? { ahead: waiting.length, others: waiting.length }
    : { ahead: own, others: waiting.length - 1 }
}

/** After a third of its life, or what a clock of whole seconds may show of that. */
const isDue = ({ seenMs, ttlMs }: Ticket, storeTimeMs: number): boolean =>
  storeTimeMs - seenMs >= ttlMs / 3 - CLOCK_STEP_MS

function liveTickets({ lease, storeTimeMs }: LeaseReading): readonly Ticket[] {
  const all = readJson(lease.record.annotations[LEASE_ANNOTATIONS.tickets], isListOf(isTicket))
  return (all ?? []).filter(
    ({ seenMs, ttlMs }) =>
      storeTimeMs - seenMs < Math.min(ttlMs, MOST_TICKET_SECONDS * 1000) &&
      seenMs - storeTimeMs <= TICKET_FROM_FUTURE_MS,
  )
}

const isTicket = (value: unknown): value is Ticket =>
  isObject(value) &&
  typeof value.id === 'string' &&
  typeof value.seenMs === 'number' &&
  typeof value.ttlMs === 'number'
