import { expect, it } from 'vitest'
import { HighlyAvailableDeployment } from '../../../constructs/highly-available-deployment.ts'
import { fixed } from '../../../constructs/replicas.ts'
import { Testing } from '../../../constructs/testing.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { image, served } from '../../goldens/golden.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { inNamespace } from '../in-namespace.ts'
import { isRolledOut } from './conditions.ts'

describeWithNodes('The pods of a highly available deployment', (cluster) => {
  it('are spread over zones and nodes, also when they became more or new, and anew when they are more or new again after they were fewer', async () => {
    const deploy = async (replicas: number, version: string): Promise<KubernetesObject> => {
      const { objects, find } = Testing.synth((scope) => {
        new HighlyAvailableDeployment(scope, 'web', {
          ...served,
          image: image('web').replace('1.4.2', version),
          replicas: fixed(replicas),
          // How long a pod must have been ready plays no part in where it is.
          rollingUpdate: { minReadySeconds: 1 },
        })
      })
      const namespace = await cluster.namespace()
      await cluster.apply(inNamespace(objects, namespace))
      const deployment = { ...find('Deployment'), metadata: { name: 'web', namespace } }
      await cluster.until(deployment, isRolledOut, 120)
      return deployment
    }

    const deployment = await deploy(3, '1.0.0')
    expect(await crowds(cluster, deployment)).toEqual({ zones: [1, 1, 1], nodes: [1, 1, 1] })
    await deploy(6, '1.0.0')
    const even = { zones: [2, 2, 2], nodes: [1, 1, 1, 1, 1, 1] }
    expect(await crowds(cluster, deployment)).toEqual(even)
    await deploy(6, '2.0.0')
    expect(await crowds(cluster, deployment)).toEqual(even)
    await deploy(3, '2.0.0')
    // Of which zones the pods go, when there are to be fewer, nobody promises; of which nodes, those
    // that have more than others.
    expect((await crowds(cluster, deployment)).nodes).toEqual([1, 1, 1])
    await deploy(3, '3.0.0')
    expect(await crowds(cluster, deployment)).toEqual({ zones: [1, 1, 1], nodes: [1, 1, 1] })
    await deploy(6, '3.0.0')
    expect(await crowds(cluster, deployment)).toEqual(even)
  })
})

/** Pods in each zone and on each node that has any, fewest first. */
async function crowds(
  cluster: ClusterWithNodes,
  workload: KubernetesObject,
): Promise<{ zones: readonly number[]; nodes: readonly number[] }> {
  const pods = (await cluster.pods(workload).list()).filter(({ isEnding }) => !isEnding)
  const count = (places: readonly (string | undefined)[]) =>
    [...new Set(places)].map((place) => places.filter((it) => it === place).length).sort()
  return {
    zones: count(pods.map(({ node }) => cluster.zoneOf(node))),
    nodes: count(pods.map(({ node }) => node)),
  }
}
