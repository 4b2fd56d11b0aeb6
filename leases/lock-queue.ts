import type { LeaseName } from './lease-name.ts'
import type { LeaseReading } from './lease-store.ts'
import type { Lock, LockContext } from './lock.ts'
import { queueLeaseName } from './names.ts'
import { rewriteLease } from './rewrite-lease.ts'
import {
  liveTickets,
  type Place,
  placeAmong,
  type Ticket,
  ticketTtlMs,
  withTickets,
} from './tickets.ts'

/** The store's clock may have whole seconds. */
const CLOCK_STEP_MS = 1000

/** So many look at whatever happens to the lock. Those behind them look from time to time. */
export const FRONT_OF_QUEUE = 8

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

export interface LockQueueOptions {
  /** How much later than others the owner of the ticket knows that a hold has expired. @default 0 */
  readonly judgesLateMs?: number
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
  readonly #ttlSeconds: number
  readonly #judgesLateMs: number
  /** Of the own ticket. */
  #ttlMs: number
  #kept: { readonly place: Place; readonly atMs: number } | undefined

  /** @param ttlSeconds of the holds that are waited for */
  constructor(
    context: LockContext,
    lock: Lock,
    ttlSeconds: number,
    { judgesLateMs = 0 }: LockQueueOptions = {},
  ) {
    this.#context = context
    this.#lock = lock
    this.#ttlSeconds = ttlSeconds
    this.#judgesLateMs = judgesLateMs
    this.#ttlMs = ticketTtlMs(ttlSeconds, 1)
  }

  get lease(): LeaseName {
    const { namespace, name } = this.#lock
    return { namespace, name: queueLeaseName(name) }
  }

  /** How often whoever waits has to `keep` its ticket. */
  get refreshMs(): number {
    return this.#ttlMs / 3
  }

  /**
   * Who waits.
   *
   * @param served ids that have got it already, and may not have left the queue yet
   */
  async look(served: readonly string[]): Promise<SeenQueue> {
    const reading = await this.#read()
    return { reading, waiting: liveTickets(reading).filter(({ id }) => !served.includes(id)) }
  }

  /**
   * Comes, or says again that it still waits, if it is time to: so the place may be of a moment ago,
   * and no better than it is.
   *
   * @param isFree whether nobody has what it waits for
   * @throws {QueueFullError}
   */
  async keep(id: string, isFree: boolean): Promise<Place> {
    const nowMs = this.#context.clock.monotonicMs()
    if (this.#kept !== undefined) {
      const { place, atMs } = this.#kept
      if (nowMs - atMs < this.#goodForMs(place, isFree)) return place
    }
    const tickets = await this.#change((tickets, storeTimeMs) => {
      const own = tickets.find((ticket) => ticket.id === id)
      const isGood = own !== undefined && !isDue(own, storeTimeMs)
      this.#ttlMs = isGood ? own.ttlMs : ticketTtlMs(this.#ttlSeconds, tickets.length)
      if (isGood) return tickets
      if (!own && tickets.length >= MOST_TICKETS) throw new QueueFullError(this.#lock)
      const refreshed = this.#ticket(id, storeTimeMs)
      return own
        ? tickets.map((ticket) => (ticket === own ? refreshed : ticket))
        : [...tickets, refreshed]
    })
    const place = placeAmong(tickets, id)
    this.#kept = { place, atMs: nowMs }
    return place
  }

  /** Waits no longer, if it ever did. */
  async leave(id: string): Promise<void> {
    if (this.#kept === undefined) return
    await this.strike(id)
  }

  /** Takes tickets away, whoever came with them: one call of a function waits on where another did. */
  async strike(...ids: readonly string[]): Promise<void> {
    await this.#change((tickets) => {
      const left = tickets.filter(({ id }) => !ids.includes(id))
      return left.length === tickets.length ? tickets : left
    })
  }

  #ticket(id: string, seenMs: number): Ticket {
    const ticket = { id, seenMs, ttlMs: this.#ttlMs }
    return this.#judgesLateMs > 0 ? { ...ticket, judgesLateMs: this.#judgesLateMs } : ticket
  }

  /**
   * Whoever is near the front looks at each change; the others seldom, and to know how near they are. One
   * that was first and did not get what is free has perhaps been passed.
   */
  #goodForMs({ ahead }: Place, isFree: boolean): number {
    if (ahead === 0 && isFree) return 0
    return ahead < FRONT_OF_QUEUE ? this.refreshMs / 2 : 0
  }

  #read(): Promise<LeaseReading> {
    return this.#context.store.read(this.lease)
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

/** A queue, as whoever finds the lock free sees it. */
export interface SeenQueue {
  readonly reading: LeaseReading
  /** In the order in which they came. */
  readonly waiting: readonly Ticket[]
}

/** After a third of its life, or what a clock of whole seconds may show of that. */
const isDue = ({ seenMs, ttlMs }: Ticket, storeTimeMs: number): boolean =>
  storeTimeMs - seenMs >= ttlMs / 3 - CLOCK_STEP_MS
