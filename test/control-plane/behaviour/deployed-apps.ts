import { at, items, text } from '../../../manifests/fields.ts'
import { describeIdentity, identityOf } from '../../../manifests/identity.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { gatewayApiDefinitions } from '../gateway-api.ts'
import { inNamespace } from '../in-namespace.ts'
import type { PodHistory } from '../nodes/pod-history.ts'
import { isReady } from './conditions.ts'

export interface DeployedApps {
  /** In the namespace of the test file. */
  readonly objects: readonly KubernetesObject[]
  readonly workloads: readonly KubernetesObject[]
  readonly budgets: readonly KubernetesObject[]
  /** What happens to the pods of each workload, by its identity. */
  watchPods(): Promise<ReadonlyMap<string, PodHistory>>
}

/** Applies apps in the namespace of the test file. Resolves when all of their pods are ready. */
export async function deployApps(
  cluster: ClusterWithNodes,
  apps: readonly KubernetesObject[],
): Promise<DeployedApps> {
  const namespace = await cluster.namespace()
  const objects = inNamespace(apps, namespace)
  const workloads = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
  const autoscalers = objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
  await cluster.apply(await gatewayApiDefinitions())
  for (const workload of workloads) await cluster.apply(volumesFor(workload, namespace))
  await cluster.apply(objects)
  // Without metrics the autoscaler raises a deployment to its minimum and goes no further.
  for (const autoscaler of autoscalers) await cluster.until(autoscaler, hasItsMinimum)
  for (const workload of workloads) await cluster.until(workload, isReady)
  return {
    objects,
    workloads,
    budgets: objects.filter(({ kind }) => kind === 'PodDisruptionBudget'),
    watchPods: async () =>
      new Map(
        await Promise.all(
          workloads.map(
            async (workload) =>
              [
                describeIdentity(identityOf(workload)),
                await cluster.pods(workload).watch(),
              ] as const,
          ),
        ),
      ),
  }
}

const hasItsMinimum = ({ spec, status }: KubernetesObject): boolean =>
  Number(at(status, 'currentReplicas')) >= Number(at(spec, 'minReplicas'))

/** Volumes that the claims of a StatefulSet find: there is no storage, and nobody who provides it. */
const volumesFor = (workload: KubernetesObject, namespace: string): readonly KubernetesObject[] =>
  items(at(workload, 'spec', 'volumeClaimTemplates')).map((template) => {
    const claim = `${text(at(template, 'metadata', 'name'))}-${workload.metadata.name}-0`
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${namespace}-${claim}` },
      spec: {
        capacity: { storage: at(template, 'spec', 'resources', 'requests', 'storage') },
        accessModes: at(template, 'spec', 'accessModes'),
        hostPath: { path: '/none' },
        claimRef: { namespace, name: claim },
      },
    }
  })
