import { at, number } from '../../manifests/fields.ts'
import { probeOf, startupBudgetOf } from '../probes.ts'
import type { Container, Workload } from '../workload.ts'
import type { Assumptions } from './assumptions.ts'

/** A budget longer than this is no time to start in: the container waits for something, as a lock. */
const WAITS_ON_PURPOSE_SECONDS = 86_400

/**
 * Seconds until a new pod counts as available, at worst: from being scheduled, through the startup
 * budgets of its sidecars one after the other and of its containers together, to `minReadySeconds`.
 */
export function startSecondsOf(workload: Workload, { schedulingSeconds }: Assumptions): number {
  const { containers, object } = workload
  const sidecars = containers.filter(({ role }) => role === 'sidecar').map(worstStart)
  const main = containers.filter(({ role }) => role === 'main').map(worstStart)
  return (
    schedulingSeconds +
    sidecars.reduce((sum, seconds) => sum + seconds, 0) +
    Math.max(0, ...main) +
    (number(at(object, 'spec', 'minReadySeconds')) ?? 0)
  )
}

/**
 * Whether its containers start only when the pod leads: a sidecar holds them back for as long as it
 * takes. Then one pod is available however many there are.
 */
export const isHeldBack = ({ containers }: Workload): boolean =>
  containers.some(
    (container) =>
      container.role === 'sidecar' && startupBudgetOf(container) > WAITS_ON_PURPOSE_SECONDS,
  )

function worstStart(container: Container): number {
  const budget = startupBudgetOf(container)
  if (budget > WAITS_ON_PURPOSE_SECONDS) return 0
  if (budget > 0) return budget
  const readiness = probeOf(container, 'readinessProbe')
  return readiness === undefined ? 0 : readiness.initialDelay + readiness.period
}
