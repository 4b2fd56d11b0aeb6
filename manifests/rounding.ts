/**
 * A count, or a percentage of one such as `'25%'`: Kubernetes' `IntOrString` where it means pods.
 */
export type IntOrPercent = number | `${number}%`

/** `IntOrPercent` was neither a whole number of at least 0 nor such a number with a percent sign. */
export class InvalidIntOrPercentError extends Error {
  override readonly name = 'InvalidIntOrPercentError'
  readonly code = 'INVALID_INT_OR_PERCENT'

  constructor(value: unknown) {
    super(
      `Expected a whole number of at least 0 or a percentage like '25%', got ${JSON.stringify(value)}`,
    )
  }
}

/**
 * Resolves a count or percentage against a total, as `GetScaledValueFromIntOrPercent` does.
 * Multiplies before it divides: `100 * 0.07` is not 7 in floating point.
 *
 * @throws {InvalidIntOrPercentError}
 */
export function scaled(value: unknown, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  const percent = typeof value === 'string' ? /^([0-9]{1,9})%$/.exec(value)?.[1] : undefined
  if (percent === undefined) throw new InvalidIntOrPercentError(value)
  const product = Number(percent) * total
  return round === 'up' ? Math.ceil(product / 100) : Math.floor(product / 100)
}

export interface RollingUpdateBounds {
  /** Pods above the desired count that may exist at once. */
  readonly surge: number
  /** Pods below the desired count that may be missing at once. */
  readonly unavailable: number
}

/**
 * How far a rolling update of `replicas` pods may go: surge rounds up, unavailable rounds down, and
 * if both come to 0 one pod may be missing, or nothing could move (`ResolveFenceposts`).
 *
 * @throws {InvalidIntOrPercentError}
 */
export function rollingUpdateBounds(
  replicas: number,
  maxSurge: unknown = '25%',
  maxUnavailable: unknown = '25%',
): RollingUpdateBounds {
  const surge = scaled(maxSurge, replicas, 'up')
  const unavailable = scaled(maxUnavailable, replicas, 'down')
  return surge === 0 && unavailable === 0 ? { surge: 0, unavailable: 1 } : { surge, unavailable }
}

export type DisruptionBudget =
  | { readonly minAvailable: unknown; readonly maxUnavailable?: undefined }
  | { readonly minAvailable?: undefined; readonly maxUnavailable: unknown }

/**
 * Pods that may be evicted at once while all `replicas` are healthy. Both forms of a budget round
 * up, unlike a rolling update's `maxUnavailable`.
 *
 * @throws {InvalidIntOrPercentError}
 */
export function allowedDisruptions(replicas: number, budget: DisruptionBudget): number {
  const desiredHealthy =
    budget.minAvailable === undefined
      ? replicas - scaled(budget.maxUnavailable, replicas, 'up')
      : scaled(budget.minAvailable, replicas, 'up')
  return Math.max(0, replicas - Math.max(0, desiredHealthy))
}
