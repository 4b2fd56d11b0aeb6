import type { ExpiryJudge, ExpiryVerdict, Silence } from '../../leases/expiry-judge.ts'
import { type HoldState, holdState } from '../../leases/hold-state.ts'
import type { HoldRequest } from '../../leases/hold-writes.ts'
import type { LeaseReading } from '../../leases/lease-store.ts'
import { LEASE_ANNOTATIONS } from '../../leases/names.ts'
import { ProblemError } from '../http/problem-error.ts'
import { LOCK_PROBLEMS } from './lock-problem-types.ts'
import { assertHolder } from './owner.ts'

/**
 * Looks at the holds that a request meets before anything is written: one of the same id is of the
 * same caller and was asked for in the same way. Whether a hold is over is for the judge behind it.
 */
export class SameHoldJudge implements ExpiryJudge {
  readonly #judge: ExpiryJudge
  readonly #request: HoldRequest

  constructor(judge: ExpiryJudge, request: HoldRequest) {
    this.#judge = judge
    this.#request = request
  }

  /** @throws {ProblemError} */
  async judge(silence: Silence, reading: LeaseReading): Promise<ExpiryVerdict> {
    const hold = holdState(reading.lease)
    if (hold?.id === this.#request.id && isAlive(hold)) this.#assertSame(hold, reading)
    return this.#judge.judge(silence, reading)
  }

  #assertSame(hold: HoldState, { lease }: LeaseReading): void {
    const { id, holder } = this.#request
    assertHolder(hold, lease.name, holder)
    const before = parametersOf(hold, lease.record.leaseDurationSeconds, lease.record.annotations)
    const { ttlSeconds, minimumHoldSeconds = 0, metadata = {} } = this.#request
    const now = { ttlSeconds, minimumHoldSeconds, metadata: sorted(metadata) }
    const differing = (['ttlSeconds', 'minimumHoldSeconds', 'metadata'] as const).filter(
      (name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]),
    )
    if (differing.length === 0) return
    throw conflict(
      `Hold ${id} was acquired with other values for ${differing.join(' and ')}. Repeat the request as it was, or use a new id`,
      before,
    )
  }
}

/** Of another make, ended or broken: its parameters bind nobody. */
const isAlive = ({ id, isReleased, broken }: HoldState): boolean =>
  id !== undefined && !isReleased && broken === undefined

const parametersOf = (
  { metadata }: HoldState,
  ttlSeconds: number,
  annotations: Readonly<Record<string, string>>,
) => ({
  ttlSeconds,
  minimumHoldSeconds: Number(annotations[LEASE_ANNOTATIONS.minimumHold] ?? 0),
  metadata: sorted(metadata),
})

const sorted = (metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => Number(a > b) - Number(a < b)))

const conflict = (detail: string, before: Readonly<Record<string, unknown>>): ProblemError =>
  new ProblemError({
    type: LOCK_PROBLEMS.conflict,
    detail,
    retryable: false,
    members: { before },
  })
