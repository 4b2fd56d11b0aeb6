import { Duration } from 'cdk8s'
import { expect, it } from 'vitest'
import { HighlyAvailableDeployment } from '../../../constructs/highly-available-deployment.ts'
import { fixed } from '../../../constructs/replicas.ts'
import { Testing } from '../../../constructs/testing.ts'
import { at, items } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { served } from '../../goldens/golden.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { inNamespace } from '../in-namespace.ts'
import { isReady, isRolledOut } from './conditions.ts'

/** preStop, drain, and the margin of five seconds. */
const GRACE_SECONDS = 2 + 3 + 5

const { objects, find } = Testing.synth((scope) => {
  new HighlyAvailableDeployment(scope, 'web', {
    ...served,
    replicas: fixed(3),
    shutdown: { preStop: Duration.seconds(2), drain: Duration.seconds(3) },
    // How long the next pod must have been ready plays no part in how this one ends.
    rollingUpdate: { minReadySeconds: 1 },
  })
})

describeWithNodes('A pod that is asked to stop', (cluster) => {
  const deploy = async (): Promise<KubernetesObject> => {
    const namespace = await cluster.namespace()
    await cluster.apply(inNamespace(objects, namespace))
    const deployment = { ...find('Deployment'), metadata: { name: 'web', namespace } }
    await cluster.until(deployment, isReady)
    return deployment
  }

  /** What load balancers are told about a pod. */
  const endpointOf = async (pod: string): Promise<unknown> => {
    const root = `/apis/discovery.k8s.io/v1/namespaces/${await cluster.namespace()}/endpointslices`
    const slices = items(at((await cluster.send({ path: root })).body, 'items'))
    const endpoints = slices.flatMap((slice) => items(at(slice, 'endpoints')))
    return endpoints.find((endpoint) => at(endpoint, 'targetRef', 'name') === pod)
  }

  it('gets no new requests while it still answers those that it has', async () => {
    const pods = cluster.pods(find('Deployment'))
    await pods.stop({ after: 3600 })
    await deploy()
    const [pod] = await pods.list()
    const name = pod?.name ?? ''

    await pods.delete(name)

    const endpoint = await eventually(
      'its endpoint is ending',
      () => endpointOf(name),
      (seen) => at(seen, 'conditions', 'terminating') === true,
    )
    expect(at(endpoint, 'conditions')).toEqual({ ready: false, serving: true, terminating: true })
    expect((await pods.list()).find((it) => it.name === name)?.phase).toBe('Running')
  })

  it('is gone when its grace is over, however slow it is, and no earlier', async () => {
    const pods = cluster.pods(find('Deployment'))
    const deployment = await deploy()
    await cluster.until(deployment, isRolledOut)
    const [pod] = (await pods.list()).filter(({ isEnding }) => !isEnding)
    const name = pod?.name ?? ''
    const path = `/api/v1/namespaces/${await cluster.namespace()}/pods/${name}`

    await pods.delete(name)
    const ending = (await cluster.send({ path })).body
    expect(at(ending, 'metadata', 'deletionGracePeriodSeconds')).toBe(GRACE_SECONDS)
    const killedAt = Date.parse(String(at(ending, 'metadata', 'deletionTimestamp')))
    await eventually(
      'it is gone',
      async () => (await cluster.send({ path })).status,
      (status) => status === 404,
    )

    // Both clocks are of this machine; the API's has whole seconds.
    expect(Date.now()).toBeGreaterThanOrEqual(killedAt - 1000)
  })
})
