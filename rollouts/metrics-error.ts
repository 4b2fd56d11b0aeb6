/** A metric store has no answer. It is never a failure of the rollout: the verdict is inconclusive. */
export class MetricsError extends Error {
  override readonly name = 'MetricsError'
  readonly code = 'METRICS'
}
