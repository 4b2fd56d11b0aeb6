import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import type { Rollout, Stage } from '../../rollouts/record.ts'
import { render } from '../../rollouts/render.ts'
import { LiveWorld } from './live-world.ts'
import { renditionOf } from './renditions.ts'

/** Id of the rollout. */
export const IN_FLIGHT = 'r8zztqg447-1'

export interface WorldInFlightProps {
  readonly plan: RolloutPlan
  readonly stage: Stage
  /** The objects that both revisions have, of those that there could be. */
  readonly parts: (objects: KubernetesObject[]) => KubernetesObject[]
}

export interface WorldInFlight {
  readonly world: LiveWorld
  readonly rollout: Rollout
}

/** A cluster that has all that the branch says of `shop/checkout` in a stage of its rollout. */
export function worldInFlight({ plan, stage, parts }: WorldInFlightProps): WorldInFlight {
  const base = renditionOf('registry.example.com/shop/checkout:1.4', plan, parts)
  const candidate = renditionOf('registry.example.com/shop/checkout:1.5', plan, parts)
  const rollout: Rollout = {
    id: IN_FLIGHT,
    candidate: candidate.revision,
    base: base.revision,
    stage,
    since: '2026-11-21T00:09:00Z',
    need: plan.spec.replicas.min,
    startedAt: '2026-11-21T00:00:00Z',
    commits: 4,
    changed: { workloads: 3, traffic: 4 },
    approvals: [],
  }
  const files = render({ base, candidate, plan, rollout })
  return { rollout, world: new LiveWorld({ plan, rollout, files }) }
}
