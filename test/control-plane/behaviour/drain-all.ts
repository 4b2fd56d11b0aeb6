import { simulateFailures } from '../../../checks/simulate-failures.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { isKept } from './conditions.ts'
import type { DeployedApps } from './deployed-apps.ts'

/**
 * Long enough for what the controller does when the pod of a StatefulSet is there again before it
 * has looked: it takes it for the one that was evicted, and so for lost, for two minutes.
 */
const WHOLE_AGAIN_WITHIN_SECONDS = 150

/**
 * Drains every node in turn, each when all budgets are whole again after the one before.
 *
 * @returns the workloads of which fewer pods were left at some time than the simulation says
 */
export async function drainAll(
  cluster: ClusterWithNodes,
  apps: DeployedApps,
): Promise<readonly object[]> {
  const predicted = simulateFailures(apps.objects).workloads
  const histories = await apps.watchPods()
  for (const node of cluster.allNodes) {
    await cluster.drain(node)
    await cluster.uncordon(node)
    for (const budget of apps.budgets)
      await cluster.until(budget, isKept, WHOLE_AGAIN_WITHIN_SECONDS)
  }
  return predicted
    .map(({ workload, atMin }) => ({
      workload,
      predicted: atMin.drain.available,
      seen: histories.get(workload)?.fewestServing,
    }))
    .filter(({ predicted, seen = 0 }) => seen < predicted)
}
