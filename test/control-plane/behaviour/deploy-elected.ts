import { Duration } from 'cdk8s'
import { onTestFinished } from 'vitest'
import type { ElectedBySidecarProps } from '../../../constructs/elected-props.ts'
import { elected } from '../../../constructs/guarantee.ts'
import type { Namespace } from '../../../constructs/namespace.ts'
import { SingletonService } from '../../../constructs/singleton-service.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { untilRefused } from '../../constructs/lock-calls.ts'
import { listening, objectsIn } from '../../constructs/singleton-fixtures.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import type { Pods } from '../nodes/pods.ts'
import { isRolledOut } from './conditions.ts'
import { ElectedPods, type ElectedPodsProps } from './elected-pods.ts'
import { ElectionHistory } from './election-history.ts'
import { makeAvailableSoon } from './make-available-soon.ts'

/** Shorter than the default, for tests that wait until it is over. */
export const SHORT_LEASE = {
  duration: Duration.seconds(8),
  renewDeadline: Duration.seconds(5),
  retryPeriod: Duration.seconds(1),
}

/** No time is asserted on a busy machine; these are for people to read. */
export const tell = (what: string, ms: number) => console.log(`${what}: ${Math.round(ms)} ms`)

export interface DeployedElection {
  readonly workload: KubernetesObject
  /** As the API has them. */
  readonly pods: Pods
  /** Their electors and their work, as real processes. */
  readonly running: ElectedPods
  readonly history: ElectionHistory
}

/** An elected service with all that it emits, rights and policies included, and a leader. */
export async function deployElected(
  cluster: ClusterWithNodes,
  name: string,
  props: ElectedBySidecarProps,
  running: ElectedPodsProps = {},
): Promise<DeployedElection> {
  const objects = await applyInForce(cluster, name, (scope) => {
    makeAvailableSoon(
      new SingletonService(scope, name, { ...listening, guarantee: elected(props) }),
    )
  })
  const workload = objects.find(({ kind }) => kind === 'Deployment')
  if (workload === undefined) throw new Error('unreachable')
  await cluster.until(workload, isRolledOut)
  const history = await ElectionHistory.watch(cluster, name)
  const electors = await startElectors(cluster, name, running)
  await electors.untilThere(props.replicas ?? 2)
  await electors.leader()
  return { workload, pods: cluster.pods(workload), running: electors, history }
}

/** Applies an app, and waits until the guard of its Lease holds. What is the cluster's goes with the test. */
export async function applyInForce(
  cluster: ClusterWithNodes,
  lease: string,
  define: (scope: Namespace) => void,
): Promise<readonly KubernetesObject[]> {
  const namespace = await cluster.namespace()
  const objects = objectsIn(namespace, define)
  onTestFinished(async () => {
    for (const object of objects.filter(({ metadata }) => metadata.namespace === undefined)) {
      await cluster.send({ method: 'DELETE', path: (await cluster.pathOf(object)) ?? '' })
    }
  })
  const workload = objects.find(({ kind }) => kind === 'Deployment' || kind === 'CronJob')
  if (workload === undefined) throw new Error('unreachable')
  // Of a pod that ends at once nobody could see whether it is replaced before it is gone.
  await cluster.pods(workload).stop({ after: 5 })
  await cluster.apply(objects)
  await untilRefused('a foreign elector', () =>
    cluster.send({
      method: 'PATCH',
      path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${lease}?dryRun=All`,
      body: { spec: { holderIdentity: 'foreign' } },
      contentType: 'application/merge-patch+json',
    }),
  )
  return objects
}

export async function startElectors(
  cluster: ClusterWithNodes,
  app: string,
  props: ElectedPodsProps,
): Promise<ElectedPods> {
  const electors = await ElectedPods.start(cluster, app, props)
  onTestFinished(() => electors.close())
  return electors
}
