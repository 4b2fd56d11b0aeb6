import { beforeAll, expect, it } from 'vitest'
import { HighlyAvailableDeployment } from '../../../constructs/highly-available-deployment.ts'
import { autoscale } from '../../../constructs/replicas.ts'
import { Testing } from '../../../constructs/testing.ts'
import { at, items } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { served } from '../../goldens/golden.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { inNamespace } from '../in-namespace.ts'
import { conditionOf, isReady, isRolledOut } from './conditions.ts'

const CPU_REQUEST = 250
const TARGET_PERCENT = 50

const { objects } = Testing.synth((scope) => {
  new HighlyAvailableDeployment(scope, 'web', {
    ...served,
    resources: { cpu: `${CPU_REQUEST}m`, memory: '256Mi' },
    replicas: autoscale({ min: 3, max: 9, cpu: TARGET_PERCENT }),
  })
})

/** It has looked at pods that use so much of their request each, and stays at so many. */
const isSettled = (percent: number, replicas: number) =>
  function isSettled({ status }: KubernetesObject): boolean {
    const [metric] = items(at(status, 'currentMetrics'))
    return (
      at(metric, 'containerResource', 'current', 'averageUtilization') === percent &&
      at(status, 'desiredReplicas') === replicas &&
      at(status, 'currentReplicas') === replicas
    )
  }

describeWithNodes('An autoscaled deployment', (cluster) => {
  let manifests: readonly KubernetesObject[] = []
  const find = (kind: string): KubernetesObject => {
    const found = manifests.find((object) => object.kind === kind)
    if (found === undefined) throw new Error(`No ${kind}`)
    return found
  }
  const replicas = async () => at(await cluster.get(find('Deployment')), 'spec', 'replicas')

  /**
   * All pods together use so many percent of what one requests. Resolves when the autoscaler has
   * come to so many pods and leaves it at that.
   */
  async function settle(total: number, pods: number): Promise<KubernetesObject> {
    await cluster.metrics.set(find('Deployment'), { totalCpu: (CPU_REQUEST * total) / 100 })
    const settled = isSettled(Math.floor(total / pods), pods)
    const autoscaler = await cluster.until(find('HorizontalPodAutoscaler'), settled)
    await cluster.until(find('Deployment'), isReady)
    return autoscaler
  }

  beforeAll(async () => {
    manifests = inNamespace(objects, await cluster.namespace())
    await cluster.apply(manifests)
  })

  it('goes from the one pod of a new Deployment to its minimum', async () => {
    await settle(3 * TARGET_PERCENT, 3)
    expect(await replicas()).toBe(3)
  })

  it('stays as it is within a tenth of the target', async () => {
    await settle(3 * 54, 3)
    expect(await replicas()).toBe(3)
  })

  it('grows by as much as is used beyond the target, rounded up', async () => {
    await settle(3 * 56, 4)
    expect(await replicas()).toBe(4)
    await settle(4 * 75, 6)
    expect(await replicas()).toBe(6)
  })

  it('keeps its size when Git is applied again', async () => {
    const before = await cluster.get(find('Deployment'))

    await cluster.apply(manifests)

    expect(await replicas()).toBe(6)
    expect((await cluster.get(find('Deployment')))?.metadata.generation).toBe(
      before?.metadata.generation,
    )
  })

  it('keeps its size through a new revision', async () => {
    const [deployment] = inNamespace([find('Deployment')], await cluster.namespace())
    const next = JSON.parse(JSON.stringify(deployment).replaceAll('1.4.2', '1.4.3'))
    const history = await cluster.pods(find('Deployment')).watch()

    await cluster.apply([next])
    await cluster.until(next, isRolledOut, 120)

    expect(await replicas()).toBe(6)
    expect(history.fewestServing).toBe(6)
  })

  it('grows to its maximum and no further, and says so', async () => {
    const decided = await settle(3000, 9)
    expect(await replicas()).toBe(9)
    expect(conditionOf(decided, 'ScalingLimited')).toMatchObject({
      status: 'True',
      reason: 'TooManyReplicas',
    })
  })
})
