import { expect, it } from 'vitest'
import { simulateFailures } from '../../../checks/simulate-failures.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { inNamespace } from '../in-namespace.ts'
import { generatedDeployments } from './generated-deployments.ts'
import { disagreements, loseZone, outcomeOf } from './zone-loss.ts'

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
    const losses = await loseZone(cluster, deployments)
    expect(disagreements(losses, predicted)).toEqual([])
  })
})
