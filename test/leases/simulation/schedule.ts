import { type AcquireProps, acquire } from '../../../leases/acquire.ts'
import { breakHold } from '../../../leases/break-hold.ts'
import type { Grant } from '../../../leases/grant.ts'
import { HeldLock } from '../../../leases/held-lock.ts'
import { holdState } from '../../../leases/hold-state.ts'
import type { HoldRequest } from '../../../leases/hold-writes.ts'
import { describeLease, type LeaseName } from '../../../leases/lease-name.ts'
import type { LeaseReading } from '../../../leases/lease-store.ts'
import { LeaseConflictError, LeaseStoreError } from '../../../leases/lease-store-errors.ts'
import { type Lock, type LockContext, leasesOf } from '../../../leases/lock.ts'
import { HoldLostError, LockHeldError, LockSlotsError } from '../../../leases/lock-errors.ts'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { FencedResource } from './fenced-resource.ts'
import { Line } from './line.ts'
import { type Faults, NO_FAULTS, SimulatedNetwork } from './network.ts'
import { SimulatedProcess } from './process.ts'
import { drawProfile, isCalm, isOrderly, type Profile } from './profile.ts'
import { between, oneOf, type Random, randomOf } from './random.ts'
import { VirtualTime } from './virtual-time.ts'
import {
  type Happening,
  type SeenHoldSpan,
  type SeenWrite,
  type Violation,
  Witness,
} from './witness.ts'

export interface ScheduleResult {
  readonly seed: number
  readonly violations: readonly Violation[]
  readonly happenings: readonly Happening[]
  readonly spans: readonly SeenHoldSpan[]
  readonly writes: readonly SeenWrite[]
  /** Nobody took a hold away by force. */
  readonly isExclusive: boolean
  readonly holds: number
  /** Writes that only the fence kept out. */
  readonly fenced: number
  readonly faults: Readonly<Record<string, number>>
}

const TROUBLE_MS = 45_000
/** What a late commit, a dead ticket and a hold of the longest life may take together. */
const RECOVERY_MS = 34_000 + 15_000 + 2 * 33_000

/** After it ought to have come: for clocks that run slowly, and those who look from time to time. */
const PASSED_WITHIN_MS = 4_000
/** For the store's clock, which has whole seconds. */
const TICKET_GOES_LATE_MS = 2_000

/** One run of a few processes that share a lock, with all that the seed lets happen to them. */
export async function runSchedule(
  seed: number,
  change: (profile: Profile) => Profile = (profile) => profile,
): Promise<ScheduleResult> {
  const random = randomOf(seed)
  const schedule = new Schedule(random, change(drawProfile(random)))
  await schedule.run()
  return { seed, ...schedule.result }
}

class Schedule {
  readonly #random: Random
  readonly #profile: Profile
  readonly #time = new VirtualTime()
  readonly #store: MemoryLeaseStore
  readonly #witness: Witness
  readonly #lock: Lock
  readonly #processes: readonly SimulatedProcess[]
  readonly #resources = new Map<string, FencedResource>()
  readonly #faultsSeen: Record<string, number> = {}
  readonly #failures: unknown[] = []
  readonly #line = new Line()
  #hasTrouble = true
  /** Since when the lock is known to be free. */
  #freeSinceMs: number | undefined

  constructor(random: Random, profile: Profile) {
    this.#random = random
    this.#profile = profile
    this.#witness = new Witness(this.#time, profile.slots)
    this.#lock = { namespace: 'shop', name: 'ledger', slots: profile.slots }
    // Whole seconds, as the API server's.
    const now = () => Math.floor(this.#time.nowMs / 1000) * 1000 + Date.UTC(2026, 10, 21)
    this.#store = new MemoryLeaseStore({ epoch: 'simulated.1', now })
    this.#processes = Array.from({ length: profile.processes }, (_, index) =>
      this.#newProcess(`p${index + 1}`, profile.drift),
    )
  }

  get result() {
    return {
      violations: this.#witness.violations,
      happenings: this.#witness.happenings,
      spans: this.#witness.spans,
      writes: this.#witness.writes,
      isExclusive: this.#witness.isExclusive,
      holds: this.#witness.spans.length,
      fenced: [...this.#resources.values()].reduce((sum, { refused }) => sum + refused, 0),
      faults: this.#faultsSeen,
    }
  }

  async run(): Promise<void> {
    for (const process of this.#processes) this.#start(process)
    this.#planTrouble()
    if (isOrderly(this.#profile)) this.#watchQueue()
    const look = () => this.#witness.look()
    await this.#time.run(TROUBLE_MS, look)
    this.#hasTrouble = false
    await this.#checkRecovery(look)
    this.#witness.checkOrder()
    const { minimumHoldSeconds, drift } = this.#profile
    if (isCalm(this.#profile)) this.#witness.checkMinimum(minimumHoldSeconds, drift)
    for (const failure of this.#failures) this.#witness.violated('crash', String(failure))
  }

  #newProcess(name: string, drift: number): SimulatedProcess {
    return new SimulatedProcess({
      name,
      time: this.#time,
      rate: 1 + drift * oneOf(this.#random, [-1, 1, between(this.#random, -1, 1)]),
      offsetMs: between(this.#random, -300_000, 300_000),
    })
  }

  #contextOf(process: SimulatedProcess): LockContext {
    const store = new SimulatedNetwork({
      process,
      time: this.#time,
      store: this.#store,
      random: this.#random,
      faults: () => (this.#hasTrouble ? this.#profile.faults : NO_FAULTS),
      count: (fault: keyof Faults) => {
        this.#faultsSeen[fault] = (this.#faultsSeen[fault] ?? 0) + 1
      },
    })
    return { store, clock: process.clock, random: this.#random }
  }

  #start(process: SimulatedProcess): void {
    this.#live(process).catch((error: unknown) => this.#failures.push(error))
  }

  async #live(process: SimulatedProcess): Promise<void> {
    const context = this.#contextOf(process)
    while (this.#hasTrouble) {
      await process.clock.sleep(between(this.#random, 0, 3000))
      await this.#holdOnce(process, context, this.#newId())
    }
  }

  async #holdOnce(process: SimulatedProcess, context: LockContext, id: string): Promise<void> {
    const askedMs = this.#time.nowMs
    const waitMs = oneOf(this.#random, [0, 5_000, 60_000])
    const request = this.#request(process, id)
    this.#line.begin(id, process)
    const hold = await this.#orUndefined(async () => {
      const twice = this.#random() < 0.1 ? [1, 2] : [1]
      const asked = twice.map((time) =>
        this.#acquire(context, this.#slotsSaid(process, time), { request, waitMs }),
      )
      const grants = await Promise.allSettled(asked)
      const got = grants.flatMap((grant) => (grant.status === 'fulfilled' ? [grant.value] : []))
      const isTwice = new Set(got.map(({ token }) => token.number)).size > 1
      if (isTwice && this.#profile.slots === 1) this.#witness.givenTwice(id)
      const [grant] = got
      if (grant === undefined) await asked[0]
      return grant && new HeldLock(context, grant)
    })
    this.#line.end(id)
    if (hold === undefined) return
    this.#checkTurn(id)
    const slot = this.#slotOf(hold)
    this.#witness.got(process, hold, slot, askedMs)
    await this.#work(process, hold, slot)
    const wasLost = hold.signal.aborted
    this.#witness.ended(hold)
    this.#witness.tell(process.name, `gives ${slot} back`)
    const isBack = await this.#orUndefined(async () => {
      await this.#end(process, hold)
      return true
    })
    if (!isBack || wasLost) return
    this.#freeSinceMs = this.#time.nowMs
    if (this.#random() < 0.1) await this.#askForTheEnded(context, request)
  }

  async #acquire(
    context: LockContext,
    slots: number,
    props: Omit<AcquireProps, 'lock'>,
  ): Promise<Grant> {
    const grant = await acquire(context, { ...props, lock: { ...this.#lock, slots } })
    this.#witness.saidSlots(slots)
    return grant
  }

  /** @param time that a hold is asked for, from 1 */
  #slotsSaid(process: SimulatedProcess, time: number): number {
    const { slots, mixedSlots } = this.#profile
    const isMore = mixedSlots && (this.#processes.indexOf(process) + time) % 2 === 0
    return isMore ? slots + 1 : slots
  }

  /** I6: an id whose hold has ended never gets another one. */
  async #askForTheEnded(context: LockContext, request: HoldRequest): Promise<void> {
    const again = await this.#orUndefined(() =>
      acquire(context, { lock: this.#lock, request, waitMs: 0 }),
    )
    if (again !== undefined) this.#witness.givenTwice(request.id)
  }

  /** I10: first come, first served, of those who live. */
  #checkTurn(id: string): void {
    const before = this.#line.before(id, this.#time.nowMs)
    this.#freeSinceMs = undefined
    if (isOrderly(this.#profile) && before.length > 0) {
      this.#witness.violated('I10', `${id} was served before ${before.join(', ')}`)
    }
  }

  /** I5: what was given back is had at once by whoever waits, or soon if others died before. */
  #watchQueue(): void {
    this.#time.at(this.#time.nowMs + 250, async () => {
      const nowMs = this.#time.nowMs
      const [lock, queue] = await Promise.all(
        ['ledger', 'ledger.queue'].map((name) => this.#store.read({ ...this.#lock, name })),
      )
      this.#line.look(lock as LeaseReading, queue as LeaseReading, nowMs)
      const wrong =
        this.#line.before('nobody', nowMs).length > 0 ? this.#whatLies(nowMs) : undefined
      if (wrong !== undefined) this.#witness.violated('I5', wrong)
      else if (this.#hasTrouble) this.#watchQueue()
    })
  }

  /** What is wrong with a lock that somebody waits for, who lives. */
  #whatLies(nowMs: number): string | undefined {
    const { ttlSeconds, minimumHoldSeconds } = this.#profile
    const isFree = this.#freeSinceMs !== undefined && nowMs - this.#freeSinceMs > 1500
    if (isCalm(this.#profile) && isFree && minimumHoldSeconds === 0) {
      return 'somebody waits for a lock that is free'
    }
    const ticketMs = Math.max(ttlSeconds * 1000, 5_000)
    const lyingForMs = this.#line.lyingForMs(nowMs)
    if (lyingForMs > ticketMs / 3 + PASSED_WITHIN_MS) {
      return 'a free lock is kept for somebody who does not come'
    }
    const isForDead = (this.#line.first?.deadForMs ?? 0) > ticketMs + TICKET_GOES_LATE_MS
    return lyingForMs > 0 && isForDead ? 'a free lock is kept for one long dead' : undefined
  }

  async #work(process: SimulatedProcess, hold: HeldLock, slot: string): Promise<void> {
    const isShort = this.#random() < this.#profile.shortHolds
    const longestMs = isShort ? 0 : this.#profile.longestHoldMs
    const untilMs = this.#time.nowMs + between(this.#random, 0, longestMs)
    while (this.#hasTrouble && this.#time.nowMs < untilMs && !hold.signal.aborted) {
      const write = { id: hold.id, process: process.name, slot, token: hold.token.number }
      const arrivesMs = this.#time.nowMs + between(this.#random, 1, 2000)
      this.#time.at(arrivesMs, () => this.#write(write))
      try {
        await process.clock.sleep(between(this.#random, 50, 3000), hold.signal)
        hold.assertHeld()
      } catch (error) {
        if (!(error instanceof HoldLostError)) throw error
      }
    }
  }

  #write(write: Omit<SeenWrite, 'atMs' | 'isAccepted'>): void {
    const resource = this.#resources.get(write.slot) ?? new FencedResource()
    this.#resources.set(write.slot, resource)
    this.#witness.wrote({ ...write, isAccepted: resource.write(write.token) })
  }

  async #end(process: SimulatedProcess, hold: HeldLock): Promise<void> {
    const handsOver = this.#hasTrouble && this.#profile.handOvers && this.#random() < 0.5
    if (!handsOver) return hold.release()
    const id = this.#newId()
    const next = oneOf(this.#random, this.#processes as [SimulatedProcess])
    await hold.handOver(this.#request(next, id))
    this.#witness.tell(process.name, `hands over to ${next.name}`)
    const taken = this.#holdOnce(next, this.#contextOf(next), id)
    taken.catch((error: unknown) => this.#failures.push(error))
  }

  /** What a caller has to expect of a store that is in trouble, and of a lock. */
  async #orUndefined<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await call()
    } catch (error) {
      const isExpected =
        error instanceof LeaseStoreError ||
        error instanceof LockHeldError ||
        error instanceof LockSlotsError ||
        error instanceof HoldLostError
      if (!isExpected) throw error
      return undefined
    }
  }

  #request({ name }: SimulatedProcess, id: string): HoldRequest {
    const { ttlSeconds, minimumHoldSeconds } = this.#profile
    return { id, holder: name, ttlSeconds, minimumHoldSeconds }
  }

  #slotOf(hold: HeldLock): string {
    return describeLease(hold.lease)
  }

  #newId(): string {
    const hex = () =>
      Math.floor(this.#random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')
    const [a, b, c, d] = [hex(), hex(), hex(), hex()]
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`
  }

  #planTrouble(): void {
    const { pauses, longestPauseMs, cuts, ttlSeconds, kills, deathsInLine } = this.#profile
    const { labelsPerMinute, deletions, breaks } = this.#profile
    const random = this.#random
    const sometime = () => between(random, 0, TROUBLE_MS)
    const somebody = () => oneOf(random, this.#processes as [SimulatedProcess])
    const often = (times: number, happen: () => void) => {
      for (let count = 0; count < times; count++) this.#time.at(sometime(), happen)
    }
    often(pauses, () => {
      const process = somebody()
      const forMs = between(random, 0, longestPauseMs)
      this.#witness.tell(process.name, `is paused for ${Math.round(forMs)} ms`)
      process.pause(forMs)
    })
    often(cuts, () => {
      const process = somebody()
      const forMs = between(random, 0, 2 * ttlSeconds * 1000)
      this.#witness.tell(process.name, `is cut off for ${Math.round(forMs)} ms`)
      process.cutOff(forMs)
    })
    for (let count = 0; count < kills; count++) {
      somebody().killAtDelivery(1 + Math.floor(random() * 300))
    }
    often(deathsInLine, () => this.#line.first?.kill())
    often(pauses, () => somebody().setWallClock(between(random, -300_000, 300_000)))
    for (let atMs = 0; atMs < TROUBLE_MS + RECOVERY_MS; atMs += 60_000 / labelsPerMinute) {
      this.#time.at(atMs, () => void this.#label())
    }
    often(deletions, () => {
      this.#witness.exclusionIsOff()
      this.#witness.tell('somebody', 'deletes the Lease')
      this.#store.delete(oneOf(random, leasesOf(this.#lock) as [Lock]))
    })
    often(breaks, () => void this.#break(random() < 0.5))
  }

  async #label(): Promise<void> {
    const { lease } = await this.#store.read(oneOf(this.#random, leasesOf(this.#lock) as [Lock]))
    await this.#store.replace(lease, lease.record).catch((error: unknown) => {
      if (!(error instanceof LeaseConflictError)) throw error
    })
  }

  async #break(atOnce: boolean): Promise<void> {
    if (atOnce) this.#witness.exclusionIsOff()
    this.#witness.tell('somebody', `breaks the hold${atOnce ? ' at once' : ''}`)
    const clock = this.#newProcess('somebody', 0).clock
    const lease = oneOf(this.#random, leasesOf(this.#lock) as [Lock])
    const before = holdState((await this.#store.read(lease)).lease)?.id
    await breakHold(
      { store: this.#store, clock, random: this.#random },
      { lease, by: 'somebody', reason: 'to see what happens', atOnce },
    )
    if (before !== undefined) this.#checkBroken(lease, before)
  }

  /** A hold that was broken is never renewed again. */
  #checkBroken(lease: LeaseName, id: string): void {
    let renewTime: string | undefined
    const look = async () => {
      const now = await this.#store.read(lease)
      if (holdState(now.lease)?.id !== id) return
      if (renewTime !== undefined && renewTime !== now.lease.record.renewTime) {
        this.#witness.violated('I7', `hold ${id} was renewed after it was broken`)
      }
      renewTime = now.lease.record.renewTime
    }
    this.#time.at(this.#time.nowMs, look)
    this.#time.at(this.#time.nowMs + this.#profile.ttlSeconds * 1000, look)
  }

  /** I4: when all is well again, whoever comes gets the lock, whatever has died before. */
  async #checkRecovery(look: () => void): Promise<void> {
    const process = this.#newProcess('last', 0)
    let hasIt = false
    const asked = (slots: number) =>
      this.#acquire(this.#contextOf(process), slots, {
        request: this.#request(process, this.#newId()),
        waitMs: RECOVERY_MS,
      })
    const got = asked(this.#profile.slots).catch((error: unknown) => {
      if (!(this.#profile.mixedSlots && error instanceof LockSlotsError)) throw error
      return asked(error.slots)
    })
    got.then(
      () => {
        hasIt = true
      },
      (error: unknown) => this.#failures.push(error),
    )
    for (let second = 0; second * 1000 < RECOVERY_MS && !hasIt; second++) {
      await this.#time.run(TROUBLE_MS + second * 1000, look)
    }
    if (!hasIt) this.#witness.violated('I4', 'nobody can get the lock any more')
  }
}
