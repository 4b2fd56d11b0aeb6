import { expect, it } from 'vitest'
import { simulateFailures } from '../../../checks/simulate-failures.ts'
import { neverWithout } from '../../../constructs/drains.ts'
import { atMostOne, usuallyOne } from '../../../constructs/guarantee.ts'
import { SingletonService } from '../../../constructs/singleton-service.ts'
import type { SingletonServiceProps } from '../../../constructs/singleton-service-props.ts'
import { Testing } from '../../../constructs/testing.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { served } from '../../goldens/golden.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { inNamespace } from '../in-namespace.ts'
import { isReady } from './conditions.ts'
import { nodeOf } from './singleton.ts'

describeWithNodes('A drain that the simulation calls blocked', (cluster) => {
  async function deploy(
    name: string,
    props: Pick<SingletonServiceProps, 'guarantee' | 'drains'>,
    more: (budget: KubernetesObject) => readonly KubernetesObject[] = () => [],
  ) {
    const { objects, find } = Testing.synth((scope) => {
      new SingletonService(scope, name, { ...served, ...props })
    })
    const budget = find('PodDisruptionBudget')
    const all = inNamespace([...objects, ...more(budget)], await cluster.namespace())
    const workload = all.find(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    if (workload === undefined) throw new Error('unreachable')
    await cluster.apply(all)
    await cluster.until(workload, isReady)
    const [outcome] = simulateFailures(all).workloads
    const node = await nodeOf(cluster, cluster.pods(workload))
    return { node, pods: cluster.pods(workload), blocked: outcome?.atMin.drain.blocked }
  }

  it('waits for as long as somebody is needed to move the pod', async () => {
    const { node, pods, blocked } = await deploy('search', {
      guarantee: atMostOne(),
      drains: neverWithout('the storage team moves the volume'),
    })

    await expect(cluster.drain(node, 3)).rejects.toThrow('needs 1 healthy pods and has 1 currently')

    expect(blocked).toBe('no-disruption-allowed')
    expect(await pods.list()).toMatchObject([{ isReady: true, isEnding: false }])
    await cluster.uncordon(node)
  })

  it('fails at once where two budgets keep one pod', async () => {
    const { node, pods, blocked } = await deploy('feed', { guarantee: usuallyOne() }, (budget) => [
      { ...budget, metadata: { ...budget.metadata, name: 'feed-too' } },
    ])

    await expect(cluster.drain(node)).rejects.toMatchObject({ code: 'DRAIN_FAILED', status: 500 })

    expect(blocked).toBe('two-budgets')
    expect(await pods.list()).toMatchObject([{ isReady: true, isEnding: false }])
  })
})
