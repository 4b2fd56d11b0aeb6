import { type HoldState, holdState, isInterop, type Metadata } from './hold-state.ts'
import type { LeaseReading } from './lease-store.ts'
import { type LockTimingProps, lockTiming, toleratedRateRatio } from './lock-timing.ts'
import { LEASE_ANNOTATIONS, queueLeaseName, runsLeaseName } from './names.ts'
import { type RunRecord, recordsOf } from './run-records.ts'
import { liveTickets, ticketTtlMs } from './tickets.ts'
import { turnMs } from './turn.ts'

/** A lock, as it is shown. Durations and no times: clocks of several machines differ. */
export interface LockView {
  readonly name: string
  readonly holds: readonly HoldView[]
  readonly waiting: number
  /** Newest first. */
  readonly runs: readonly RunRecord[]
}

export interface HoldView {
  /** Lease of its slot. */
  readonly lease: string
  /** `undefined` for that of a foreign elector. */
  readonly id: string | undefined
  readonly holder: string
  readonly token: string | undefined
  /** As far as the clocks of its holder and of the store agree. */
  readonly heldForMs: number
  readonly silentForMs: number
  /** `released`: kept for its minimum time. `broken`: its holder may not renew it. */
  readonly state: 'held' | 'released' | 'broken'
  readonly brokenBy: HoldState['broken']
  readonly metadata: Metadata
  readonly bounds: HoldBounds | undefined
}

/** What follows from the time to live of a hold. */
export interface HoldBounds {
  readonly ttlMs: number
  readonly renewsEveryMs: number
  /** How long after its last renewal its holder stops to believe in it. */
  readonly believesForMs: number
  /** How long after its last sign of life, or after they came, others get it at the latest. */
  readonly takenOverWithinMs: number
  /** How long a free lock is kept for whoever is first in line: they may be dead. More where many wait. */
  readonly passedAfterMs: number
  /** How much faster one clock may run than another before two believe that they hold. */
  readonly toleratedRateRatio: number
}

/** The locks of a namespace that are declared or that somebody has held, by name. */
export function locksIn(readings: readonly LeaseReading[]): readonly LockView[] {
  const byName = new Map(readings.map((reading) => [reading.lease.name.name, reading]))
  const names = [...byName.keys()]
  const beside = new Set(names.flatMap((name) => [queueLeaseName(name), runsLeaseName(name)]))
  const ofLocks = readings.filter(
    (reading) => isOfLock(reading) && !beside.has(reading.lease.name.name),
  )
  const slots = Map.groupBy(ofLocks, ({ lease }) => lockName(lease.name.name, byName))
  return [...slots].map(([name, leases]) =>
    lockView(name, {
      slots: leases,
      queue: byName.get(queueLeaseName(name)),
      runs: byName.get(runsLeaseName(name)),
    }),
  )
}

/** One lock, by its Leases. */
export const lockView = (
  name: string,
  leases: {
    readonly slots: readonly LeaseReading[]
    readonly queue: LeaseReading | undefined
    readonly runs: LeaseReading | undefined
  },
): LockView => ({
  name,
  holds: leases.slots.flatMap((reading) => holdIn(reading) ?? []),
  waiting: leases.queue === undefined ? 0 : liveTickets(leases.queue).length,
  runs: leases.runs === undefined ? [] : recordsOf(leases.runs.lease.record),
})

/** Declared, or held at some time: the last token stays. Leases of nodes and others have neither. */
const isOfLock = ({ lease }: LeaseReading): boolean =>
  [LEASE_ANNOTATIONS.token, LEASE_ANNOTATIONS.mode].some((name) => name in lease.record.annotations)

/** The first slot of a lock has its name, and is there if another one is. */
function lockName(lease: string, leases: ReadonlyMap<string, unknown>): string {
  const [, name = lease] = /^(.+)\.slot-[1-9]\d*$/.exec(lease) ?? []
  return leases.has(name) ? name : lease
}

function holdIn({ lease, storeTimeMs }: LeaseReading): HoldView | undefined {
  const hold = holdState(lease)
  if (hold === undefined) return undefined
  const { acquireTime, renewTime, annotations } = lease.record
  const since = (time: string | undefined) => storeTimeMs - Date.parse(time ?? '') || 0
  const { id, holder, token, metadata, broken: brokenBy } = hold
  return {
    lease: lease.name.name,
    id,
    holder,
    token: token && `${annotations[LEASE_ANNOTATIONS.epoch]}:${token}`,
    heldForMs: Math.max(since(acquireTime), 0),
    silentForMs: Math.max(since(renewTime), 0),
    state: hold.isReleased ? 'released' : brokenBy === undefined ? 'held' : 'broken',
    brokenBy,
    metadata,
    bounds: boundsOf(lease, hold),
  }
}

const boundsOf = (
  { record }: LeaseReading['lease'],
  { id, isReleased }: HoldState,
): HoldBounds | undefined =>
  id === undefined || isReleased
    ? undefined
    : holdBounds({ ttlSeconds: record.leaseDurationSeconds, isInterop: isInterop(record) })

/** @throws {TtlOutOfRangeError} */
export function holdBounds(props: LockTimingProps): HoldBounds {
  const timing = lockTiming(props)
  const { ttlMs, marginMs, renewEveryMs } = timing
  return {
    ttlMs,
    renewsEveryMs: renewEveryMs,
    believesForMs: ttlMs - marginMs,
    takenOverWithinMs: ttlMs,
    passedAfterMs: turnMs(ticketTtlMs(ttlMs / 1000, 1)),
    toleratedRateRatio: toleratedRateRatio(timing),
  }
}
