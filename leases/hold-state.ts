import { hasTexts, isListOf, isTextMap, readJson } from './annotation-json.ts'
import type { Silence } from './expiry-judge.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { StoredLease } from './lease-store.ts'
import { termMs } from './lock-timing.ts'
import { LEASE_ANNOTATIONS } from './names.ts'

/** A hold, as everybody who reads its Lease can see it. */
export interface HoldState extends Silence {
  /** `undefined` for one of a foreign elector. */
  readonly id: string | undefined
  /** Who it is, without the id of the hold. */
  readonly holder: string
  /** Decimal; `undefined` for a foreign elector. */
  readonly token: string | undefined
  /** Ended by its holder, and kept for a minimum time. */
  readonly isReleased: boolean
  readonly broken: Breaking | undefined
  readonly metadata: Metadata
}

export interface Breaking {
  readonly by: string
  readonly reason: string
}

export type Metadata = Readonly<Record<string, string>>

/** How a hold came to its end. */
export type HoldEnd = 'released' | 'expired' | 'broken' | 'handed over'

/** A hold that is over. */
export interface EndedHold {
  readonly id: string
  readonly how: HoldEnd
}

/** The hold of a Lease, dead or alive; `undefined` if nobody has it. */
export function holdState({ uid, record }: StoredLease): HoldState | undefined {
  const { holderIdentity, renewTime, leaseDurationSeconds, annotations } = record
  if (holderIdentity === '') return undefined
  const id = annotations[LEASE_ANNOTATIONS.hold]
  const isOurs = id !== undefined && holderIdentity.endsWith(`_${id}`)
  const own = isOurs ? annotations : {}
  return {
    id: isOurs ? id : undefined,
    holder: isOurs ? holderIdentity.slice(0, -id.length - 1) : holderIdentity,
    token: own[LEASE_ANNOTATIONS.token],
    termMs: termMs(leaseDurationSeconds, !isOurs),
    // Not the version: labels and annotations of others change that, and would keep a dead hold.
    signOfLife: JSON.stringify([uid, holderIdentity, renewTime, own[LEASE_ANNOTATIONS.renewals]]),
    isReleased: own[LEASE_ANNOTATIONS.released] === 'true',
    broken: readJson(own[LEASE_ANNOTATIONS.broken], isBreaking),
    metadata: readJson(own[LEASE_ANNOTATIONS.metadata], isTextMap) ?? {},
  }
}

/** How a hold ended that a Lease still remembers. */
export const endedHold = (record: LeaseRecord, id: string): EndedHold | undefined =>
  endedHolds(record).find((hold) => hold.id === id)

export const endedHolds = ({ annotations }: LeaseRecord): readonly EndedHold[] =>
  readJson(annotations[LEASE_ANNOTATIONS.ended], isListOf(isEndedHold)) ?? []

export const isInterop = ({ annotations }: LeaseRecord): boolean =>
  annotations[LEASE_ANNOTATIONS.mode] === 'interop'

export const mayBeQueued = ({ annotations }: LeaseRecord): boolean =>
  annotations[LEASE_ANNOTATIONS.queued] === 'true'

const isBreaking: (value: unknown) => value is Breaking = hasTexts('by', 'reason')

const ENDS: ReadonlySet<string> = new Set<HoldEnd>(['released', 'expired', 'broken', 'handed over'])

const isEndedHold = (value: unknown): value is EndedHold =>
  hasTexts('id', 'how')(value) && ENDS.has(value.how)
