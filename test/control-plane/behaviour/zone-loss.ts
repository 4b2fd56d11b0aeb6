import type { WorkloadOutcomes } from '../../../checks/simulate-failures.ts'
import { describeIdentity, identityOf } from '../../../manifests/identity.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { isServing, type PodState } from '../nodes/pod-history.ts'

export interface ZoneLoss {
  readonly workload: KubernetesObject
  /** Pods that would be left without the zone that has most of them. */
  readonly leastElsewhere: number
  /** Pods that were outside of the zone that was lost. */
  readonly elsewhere: number
  /** Pods that were there before and serve when it is lost. */
  readonly left: number
}

/** Cuts a zone off: the one that is named, or the one with most pods. */
export async function loseZone(
  cluster: ClusterWithNodes,
  workloads: readonly KubernetesObject[],
  wanted?: string,
): Promise<readonly ZoneLoss[]> {
  const before = await Promise.all(
    workloads.map(async (workload) => {
      const pods = cluster.pods(workload)
      return { workload, pods, placed: (await pods.list()).filter(({ isReady }) => isReady) }
    }),
  )
  const zones = [...new Set(cluster.allNodes.map(({ zone }) => zone))]
  const outside = (zone: string, pods: readonly PodState[]) =>
    pods.filter(({ node }) => cluster.zoneOf(node) !== zone).length
  const everything = before.flatMap(({ placed }) => placed)
  const [fullest = ''] = zones.toSorted((a, b) => outside(a, everything) - outside(b, everything))
  const lost = wanted ?? fullest

  await cluster.loseZone(lost)

  return Promise.all(
    before.map(async ({ workload, pods, placed }) => ({
      workload,
      leastElsewhere: Math.min(...zones.map((zone) => outside(zone, placed))),
      elsewhere: outside(lost, placed),
      left: stillServing(await pods.list(), placed),
    })),
  )
}

const stillServing = (now: readonly PodState[], before: readonly PodState[]): number =>
  now.filter((pod) => isServing(pod) && before.some(({ name }) => name === pod.name)).length

export const outcomeOf = (
  workload: KubernetesObject,
  predicted: readonly WorkloadOutcomes[],
): WorkloadOutcomes => {
  const name = describeIdentity(identityOf(workload))
  const outcome = predicted.find(({ workload }) => workload === name)
  if (outcome === undefined) throw new Error(`Nothing is predicted for ${name}`)
  return outcome
}

/** Where fewer pods are left than predicted, or, of what is no worst case, more. */
export const disagreements = (
  losses: readonly ZoneLoss[],
  predicted: readonly WorkloadOutcomes[],
): readonly unknown[] =>
  losses.flatMap(({ workload, leastElsewhere, elsewhere, left }) => {
    const { zoneLoss } = outcomeOf(workload, predicted).atMin
    const isAsPredicted =
      zoneLoss.confidence === 'expected'
        ? leastElsewhere === zoneLoss.available
        : leastElsewhere >= zoneLoss.available
    return isAsPredicted && left === elsewhere
      ? []
      : [
          {
            workload: workload.metadata.name,
            predicted: zoneLoss,
            leastElsewhere,
            elsewhere,
            left,
          },
        ]
  })
