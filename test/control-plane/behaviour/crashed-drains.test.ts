import { expect, it, onTestFinished } from 'vitest'
import { HighlyAvailableDeployment } from '../../../constructs/highly-available-deployment.ts'
import { fixed } from '../../../constructs/replicas.ts'
import { Testing } from '../../../constructs/testing.ts'
import { at } from '../../../manifests/fields.ts'
import { served } from '../../goldens/golden.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { inNamespace } from '../in-namespace.ts'
import { isReady } from './conditions.ts'
import { nodeOf } from './singleton.ts'

describeWithNodes('The drain of a node whose pods have crashed', (cluster) => {
  /** All pods crashed, and what became of the budget. */
  async function crashAll(name: string, policy?: 'IfHealthyBudget') {
    const { objects } = Testing.synth((scope) => {
      const { podDisruptionBudget } = new HighlyAvailableDeployment(scope, name, {
        ...served,
        replicas: fixed(3),
      })
      if (policy === undefined) return
      podDisruptionBudget.patch(({ spec }) => {
        spec.unhealthyPodEvictionPolicy = policy
      })
    })
    const all = inNamespace(objects, await cluster.namespace())
    const find = (kind: string) => {
      const found = all.find((object) => object.kind === kind)
      if (found === undefined) throw new Error(`No ${kind}`)
      return found
    }
    await cluster.apply(all)
    // Its pods may share a node with those of the next test, and its budget would hold these up.
    onTestFinished(async () => {
      for (const object of all) {
        await cluster.send({ method: 'DELETE', path: (await cluster.pathOf(object)) ?? '' })
      }
    })
    await cluster.until(find('Deployment'), isReady)
    const budget = find('PodDisruptionBudget')
    // Before any pod was ready it had none either.
    await cluster.until(budget, function hasOnlyHealthyPods({ status }) {
      return at(status, 'currentHealthy') === 3
    })
    const pods = cluster.pods(find('Deployment'))
    await pods.crash()
    await cluster.until(budget, function hasNoHealthyPod({ status }) {
      return at(status, 'currentHealthy') === 0
    })
    return { pods, node: await nodeOf(cluster, pods) }
  }

  it('does not wait for them: they serve nobody', async () => {
    const { pods, node } = await crashAll('web')
    const here = (await pods.list()).filter((pod) => pod.node === node.name)
    expect(here).not.toEqual([])

    const { evicted, refusals } = await cluster.drain(node)

    expect(evicted).toEqual(expect.arrayContaining(here.map(({ name }) => name)))
    expect(refusals).toBe(0)
    await cluster.uncordon(node)
  })

  it("would wait for ever by Kubernetes' own default, which we do not emit", async () => {
    const { node } = await crashAll('api', 'IfHealthyBudget')
    await expect(cluster.drain(node, 3)).rejects.toThrow(/needs 2 healthy pods and has 0 currently/)
  })
})
