import { expect, it } from 'vitest'
import { simulateFailures, type WorkloadOutcomes } from '../../../checks/simulate-failures.ts'
import { describeIdentity, identityOf } from '../../../manifests/identity.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { inNamespace } from '../in-namespace.ts'
import { isServing, type PodState } from '../nodes/pod-history.ts'
import { generatedDeployments } from './generated-deployments.ts'
import { deployShop } from './shop.ts'

describeWithNodes('The loss of a zone, with the whole shop in it', (cluster) => {
  it('leaves of every app what the simulation says', async () => {
    const { workloads, objects } = await deployShop(cluster, 'prod')
    const losses = await loseFullestZone(cluster, workloads)
    expect(disagreements(losses, simulateFailures(objects).workloads)).toEqual([])
  })
})

describeWithNodes('The loss of a zone, with generated deployments in it', (cluster) => {
  it('leaves of each what the simulation says', async () => {
    const deployments = inNamespace(generatedDeployments(100), await cluster.namespace())
    const predicted = simulateFailures(deployments).workloads
    await cluster.apply(deployments)
    await Promise.all(
      deployments.map((deployment) =>
        cluster.until(deployment, function hasAllPodsThatFindAPlace({ status }) {
          const { readyReplicas = 0 } = status as { readyReplicas?: number }
          return readyReplicas === outcomeOf(deployment, predicted).atMin.running
        }),
      ),
    )
    const losses = await loseFullestZone(cluster, deployments)
    expect(disagreements(losses, predicted)).toEqual([])
  })
})

interface ZoneLoss {
  readonly workload: KubernetesObject
  /** Pods that would be left without the zone that has most of them. */
  readonly leastElsewhere: number
  /** Pods that were outside of the zone that was lost. */
  readonly elsewhere: number
  /** Pods that were there before and serve when it is lost. */
  readonly left: number
}

async function loseFullestZone(
  cluster: ClusterWithNodes,
  workloads: readonly KubernetesObject[],
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
  const [fullest = ''] = zones.sort((a, b) => outside(a, everything) - outside(b, everything))

  await cluster.loseZone(fullest)

  return Promise.all(
    before.map(async ({ workload, pods, placed }) => ({
      workload,
      leastElsewhere: Math.min(...zones.map((zone) => outside(zone, placed))),
      elsewhere: outside(fullest, placed),
      left: stillServing(await pods.list(), placed),
    })),
  )
}

const stillServing = (now: readonly PodState[], before: readonly PodState[]): number =>
  now.filter((pod) => isServing(pod) && before.some(({ name }) => name === pod.name)).length

const outcomeOf = (
  workload: KubernetesObject,
  predicted: readonly WorkloadOutcomes[],
): WorkloadOutcomes => {
  const name = describeIdentity(identityOf(workload))
  const outcome = predicted.find(({ workload }) => workload === name)
  if (outcome === undefined) throw new Error(`Nothing is predicted for ${name}`)
  return outcome
}

/** Where fewer pods are left than predicted, or, of what is no worst case, more. */
const disagreements = (
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
