import { describeIdentity, identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { ObjectSet } from './object-set.ts'
import { type ReplicaRange, replicaRangeOf } from './replica-range.ts'
import { type Assumptions, DEFAULT_ASSUMPTIONS } from './simulation/assumptions.ts'
import { type Drain, drainOf } from './simulation/drain.ts'
import { type Confidence, placementOf } from './simulation/placement.ts'
import { type Recovery, recoveryOf } from './simulation/recovery.ts'
import { crowdAfterScaleDown } from './simulation/scale-down.ts'
import { isHeldBack } from './simulation/start.ts'
import { type Update, updateOf } from './simulation/update.ts'
import type { Workload } from './workload.ts'

/** Pods that are left when a node or a zone is gone, before anything has recovered. */
export interface Loss {
  readonly available: number
  readonly confidence: Confidence
}

/** What bad days leave of a workload, when it has this number of pods. */
export interface Outcomes {
  readonly pods: number
  /** Pods that are available; fewer than `pods` if some find no place, or wait to lead. */
  readonly running: number
  readonly drain: Drain
  readonly nodeLoss: Loss
  readonly zoneLoss: Loss
  /** Absent if Kubernetes does not update the workload, or its strategy cannot be read. */
  readonly update?: Update
  readonly recovery: Recovery
}

export interface WorkloadOutcomes {
  /** The workload, as `Deployment.apps shop/checkout`. */
  readonly workload: string
  readonly range: ReplicaRange
  /** At the fewest pods that it may have. */
  readonly atMin: Outcomes
  /** At the most, where nothing can add pods any more. The same if the number is fixed. */
  readonly atMax: Outcomes
  /**
   * What the loss of a zone leaves of the fewest pods when there were the most before. Absent where no pods
   * are taken away.
   */
  readonly shrunk?: Loss
}

export interface Simulation {
  readonly assumptions: Assumptions
  /** By name. */
  readonly workloads: readonly WorkloadOutcomes[]
  /** Workloads without a number of replicas: Jobs, DaemonSets, bare pods. */
  readonly without: number
}

/**
 * Computes what the drain of a node, the loss of a node, the loss of any one zone, and an update
 * leave of each workload, with Kubernetes' own rounding. One thing fails at a time, in a cluster that
 * was healthy before and is as assumed, with the pods where a rollout puts them, but for `shrunk`. Pure
 * arithmetic over the manifests: it says what they allow, not what a program does in that time.
 */
export function simulateFailures(
  objects: readonly KubernetesObject[],
  assumed: Partial<Assumptions> = {},
): Simulation {
  const assumptions = { ...DEFAULT_ASSUMPTIONS, ...assumed }
  const set = new ObjectSet(objects)
  const workloads = set.workloads.flatMap((workload) => {
    const range = replicaRangeOf(workload, set)
    return range === undefined ? [] : simulate(workload, range, set, assumptions)
  })
  return {
    assumptions,
    workloads: workloads.sort((a, b) => (a.workload < b.workload ? -1 : 1)),
    without: set.workloads.length - workloads.length,
  }
}

function simulate(
  workload: Workload,
  range: ReplicaRange,
  set: ObjectSet,
  assumptions: Assumptions,
): WorkloadOutcomes {
  const atMin = outcomesOf(workload, range.min, set, assumptions)
  const shrunk = shrunkOf(workload, range, assumptions)
  return {
    workload: describeIdentity(identityOf(workload.object)),
    range,
    atMin,
    atMax: range.max === range.min ? atMin : outcomesOf(workload, range.max, set, assumptions),
    ...(shrunk !== undefined && { shrunk }),
  }
}

/** Of pods of which one leads, whatever takes that one takes all, wherever they stand. */
function shrunkOf(
  workload: Workload,
  range: ReplicaRange,
  assumptions: Assumptions,
): Loss | undefined {
  const crowd = crowdAfterScaleDown(workload, range, assumptions)
  if (crowd === undefined || isHeldBack(workload)) return undefined
  const { running } = placementOf(workload, range.min, assumptions)
  return { available: running - crowd.pods, confidence: crowd.confidence }
}

function outcomesOf(
  workload: Workload,
  pods: number,
  set: ObjectSet,
  assumptions: Assumptions,
): Outcomes {
  const { running, perNode, perZone } = placementOf(workload, pods, assumptions)
  const drain = drainOf(workload, pods, set, assumptions)
  const update = updateOf(workload, pods, running, assumptions)
  const recovery = recoveryOf(workload, pods, assumptions)
  if (isHeldBack(workload)) {
    // Whatever takes the pod that leads takes all that is available, until another one leads.
    const loss: Loss = { available: 0, confidence: 'certain' }
    return {
      pods,
      running: Math.min(1, running),
      drain: { ...drain, ...loss },
      nodeLoss: loss,
      zoneLoss: loss,
      ...(update !== undefined && { update: { ...update, available: 0 } }),
      recovery,
    }
  }
  return {
    pods,
    running,
    drain,
    nodeLoss: { available: running - perNode.pods, confidence: perNode.confidence },
    zoneLoss: { available: running - perZone.pods, confidence: perZone.confidence },
    ...(update !== undefined && { update }),
    recovery,
  }
}
