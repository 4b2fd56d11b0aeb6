/*
 * What is written on a Lease, for each thing that can happen to a hold. Pure. Annotations that are
 * not known here stay: an older program never takes away what a newer one wrote.
 */
import {
  type Breaking,
  type EndedHold,
  endedHolds,
  type HoldEnd,
  type HoldState,
  holdState,
  type Metadata,
} from './hold-state.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { StoredLease } from './lease-store.ts'
import { microTime } from './micro-time.ts'
import { LEASE_ANNOTATIONS } from './names.ts'

/** Who wants a hold, and for how long. */
export interface HoldRequest {
  /** UUID that the caller made up for this hold, and uses again in every retry. */
  readonly id: string
  /** Who it is, for people: a pod, a user, a job of CI. */
  readonly holder: string
  readonly ttlSeconds: number
  /** Nobody else gets it sooner, even if it is released. @default 0 */
  readonly minimumHoldSeconds?: number
  /** @default {} */
  readonly metadata?: Metadata
}

/** Ended holds that a Lease remembers: a request that comes later than those is like a new one. */
const REMEMBERED_ENDS = 16

/**
 * The first write of a hold. Its token is the version that this write is conditioned on: known
 * before the answer comes, and never the same or smaller for a later hold.
 */
export function acquired(
  { record, version, ...lease }: StoredLease,
  request: HoldRequest,
  { epoch, wallMs }: HoldContext,
): LeaseRecord {
  const before = holdState({ record, version, ...lease })
  const { id, holder, ttlSeconds, minimumHoldSeconds = 0, metadata = {} } = request
  return {
    holderIdentity: `${holder}_${id}`,
    leaseDurationSeconds: ttlSeconds,
    acquireTime: microTime(wallMs),
    renewTime: microTime(wallMs),
    leaseTransitions: record.leaseTransitions + 1,
    annotations: {
      ...withoutHold(remember(record, before?.id, endOf(before))),
      [LEASE_ANNOTATIONS.hold]: id,
      [LEASE_ANNOTATIONS.token]: version,
      [LEASE_ANNOTATIONS.epoch]: epoch,
      [LEASE_ANNOTATIONS.renewals]: '0',
      ...(minimumHoldSeconds > 0 && {
        [LEASE_ANNOTATIONS.minimumHold]: String(minimumHoldSeconds),
      }),
      ...(Object.keys(metadata).length > 0 && {
        [LEASE_ANNOTATIONS.metadata]: JSON.stringify(metadata),
      }),
    },
  }
}

/** What a hold is part of. */
export interface HoldContext {
  readonly epoch: string
  readonly wallMs: number
}

/** Whoever says another number of slots than that gets nothing. */
export const withSlots = (record: LeaseRecord, slots: number): LeaseRecord => ({
  ...record,
  annotations: { ...record.annotations, [LEASE_ANNOTATIONS.slots]: String(slots) },
})

/** A sign of life. */
export const renewed = (record: LeaseRecord, wallMs: number): LeaseRecord => ({
  ...record,
  renewTime: microTime(wallMs),
  annotations: {
    ...record.annotations,
    [LEASE_ANNOTATIONS.renewals]: String(renewalsOf(record) + 1),
  },
})

/** Its holder is done. */
export const released = (record: LeaseRecord, id: string, wallMs: number): LeaseRecord =>
  unheld(record, remember(record, id, 'released'), wallMs)

/** Its holder is done, and nobody else may have it for some seconds yet. */
export const cooling = (record: LeaseRecord, seconds: number, wallMs: number): LeaseRecord => {
  const next = renewed(record, wallMs)
  return {
    ...next,
    leaseDurationSeconds: seconds,
    annotations: { ...next.annotations, [LEASE_ANNOTATIONS.released]: 'true' },
  }
}

/** Its holder may not renew it. Others get it when it would have ended without renewals. */
export const broken = (record: LeaseRecord, breaking: Breaking): LeaseRecord => ({
  ...record,
  annotations: {
    ...record.annotations,
    [LEASE_ANNOTATIONS.broken]: JSON.stringify(breaking),
  },
})

/** Nobody holds it any more, whatever its last holder still believes. */
export const freed = (record: LeaseRecord, id: string | undefined, wallMs: number): LeaseRecord =>
  unheld(record, remember(record, id, 'broken'), wallMs)

/** The hold of somebody else, who did nothing for it yet: `acquired`, written by the holder before. */
export function handedOver(lease: StoredLease, to: HoldRequest, context: HoldContext): LeaseRecord {
  const from = holdState(lease)
  const annotations = remember(lease.record, from?.id, 'handed over')
  const free = { ...lease, record: { ...lease.record, holderIdentity: '', annotations } }
  return acquired(free, to, context)
}

/** Whoever finds the lock free has to ask the queue first, or no longer has to. */
export const markedQueued = (record: LeaseRecord, isQueued: boolean): LeaseRecord => {
  const { [LEASE_ANNOTATIONS.queued]: _, ...annotations } = record.annotations
  const mark = isQueued && { [LEASE_ANNOTATIONS.queued]: 'true' }
  return { ...record, annotations: { ...annotations, ...mark } }
}

/** As client-go releases, so that its electors take it at once. */
function unheld(
  record: LeaseRecord,
  annotations: LeaseRecord['annotations'],
  wallMs: number,
): LeaseRecord {
  const now = microTime(wallMs)
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: record.leaseTransitions,
    annotations: withoutHold(annotations),
  }
}

/** What became of a hold whose time has passed. */
function endOf(hold: HoldState | undefined): HoldEnd {
  if (hold?.isReleased) return 'released'
  return hold?.broken === undefined ? 'expired' : 'broken'
}

/** What belongs to one hold alone. The last token stays: what is read there never goes back. */
const OF_ONE_HOLD: ReadonlySet<string> = new Set([
  LEASE_ANNOTATIONS.hold,
  LEASE_ANNOTATIONS.renewals,
  LEASE_ANNOTATIONS.minimumHold,
  LEASE_ANNOTATIONS.released,
  LEASE_ANNOTATIONS.broken,
  LEASE_ANNOTATIONS.metadata,
])

const withoutHold = (annotations: LeaseRecord['annotations']): LeaseRecord['annotations'] =>
  Object.fromEntries(Object.entries(annotations).filter(([name]) => !OF_ONE_HOLD.has(name)))

function remember(
  record: LeaseRecord,
  id: string | undefined,
  how: HoldEnd,
): LeaseRecord['annotations'] {
  if (id === undefined) return record.annotations
  const ended: readonly EndedHold[] = [{ id, how }, ...endedHolds(record)]
  return {
    ...record.annotations,
    [LEASE_ANNOTATIONS.ended]: JSON.stringify(ended.slice(0, REMEMBERED_ENDS)),
  }
}

const renewalsOf = ({ annotations }: LeaseRecord): number => {
  const renewals = Number(annotations[LEASE_ANNOTATIONS.renewals])
  return Number.isSafeInteger(renewals) ? renewals : 0
}
