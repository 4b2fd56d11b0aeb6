import { atMostOne, elected, usuallyOne } from '../../../constructs/guarantee.ts'
import { SingletonService } from '../../../constructs/singleton-service.ts'
import { Testing } from '../../../constructs/testing.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { image, served } from '../../goldens/golden.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { inNamespace } from '../in-namespace.ts'
import type { TestNode } from '../nodes/node-fleet.ts'
import type { PodHistory } from '../nodes/pod-history.ts'
import type { Pods } from '../nodes/pods.ts'
import { isRolledOut } from './conditions.ts'
import { makeAvailableSoon } from './make-available-soon.ts'

const GUARANTEES = {
  'at-most-one': atMostOne(),
  'usually-one': usuallyOne(),
  elected: elected({ work: 'cooperative', elector: 'app' }),
} as const

export interface DeployedSingleton {
  readonly workload: KubernetesObject
  readonly pods: Pods
  readonly history: PodHistory
}

/** The service with this guarantee, its pods ready, and their history from then on. */
export async function deploySingleton(
  cluster: ClusterWithNodes,
  guarantee: keyof typeof GUARANTEES,
  name: string,
  version = '1.0.0',
): Promise<DeployedSingleton> {
  const objects = await singletonObjects(cluster, guarantee, name, version)
  const workload = objects.find(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
  if (workload === undefined) throw new Error('unreachable')
  const pods = cluster.pods(workload)
  // Old and new overlap for as long as the old one likes to take.
  await pods.stop({ after: 3 })
  await cluster.apply(objects)
  await cluster.until(workload, isRolledOut)
  return { workload, pods, history: await pods.watch() }
}

export async function singletonObjects(
  cluster: ClusterWithNodes,
  guarantee: keyof typeof GUARANTEES,
  name: string,
  version: string,
): Promise<readonly KubernetesObject[]> {
  const { objects } = Testing.synth((scope) => {
    const service = new SingletonService(scope, name, {
      ...served,
      image: image('web').replace('1.4.2', version),
      guarantee: GUARANTEES[guarantee],
    })
    makeAvailableSoon(service)
  })
  return inNamespace(objects, await cluster.namespace())
}

/** The node of the only pod, or of one of them. */
export async function nodeOf(cluster: ClusterWithNodes, pods: Pods): Promise<TestNode> {
  const [pod] = await pods.list()
  const node = cluster.allNodes.find(({ name }) => name === pod?.node)
  if (node === undefined) throw new Error(`Pod ${pod?.name} is on no node`)
  return node
}

export const untilPods = (what: string, pods: Pods, isDone: (now: PodHistory['now']) => boolean) =>
  eventually(what, () => pods.list(), isDone)

export const onlyName = async (pods: Pods): Promise<string> => (await pods.list())[0]?.name ?? ''
