import type { Construct } from 'constructs'
import type { IStatefulSet } from 'kubernetes-models/apps/v1'
import type { IIoK8sApiCoreV1PodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import { EmittedObject } from './emitted-object.ts'
import { peerWaivers } from './peer-waivers.ts'
import type { WrittenClaim } from './volume-claim.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

export interface EmitStatefulSetProps {
  readonly replicas: number
  /** Headless Service that names the pods. Can never be changed. */
  readonly serviceName: string
  readonly template: Written<IIoK8sApiCoreV1PodTemplateSpec>
  readonly claims: readonly WrittenClaim[]
}

/**
 * Hash of a revision, at its longest: Kubernetes appends it to the name for a label of the pods. A
 * longer name is accepted and then never gets a pod.
 */
export const REVISION_SUFFIX = '-0123456789'

const REVISION_HISTORY = 5

/**
 * Pods that have a name and a claim each, made and replaced one after the other. Claims stay when
 * the StatefulSet goes or shrinks: a manifest that is lost must not take the data with it.
 */
export const emitStatefulSet = (
  scope: Construct,
  { workloadMetadata, selector, isReachable, keepsTemplate }: WorkloadContext,
  { replicas, serviceName, template, claims }: EmitStatefulSetProps,
): EmittedObject<IStatefulSet> =>
  new EmittedObject<IStatefulSet>(scope, 'StatefulSet', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: workloadMetadata(
      peerWaivers({
        kind: 'StatefulSet',
        replicas,
        isReachable,
        template: keepsTemplate ? undefined : template,
      }),
    ),
    spec: {
      replicas,
      serviceName,
      selector: { matchLabels: { ...selector } },
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate' },
      minReadySeconds: 10,
      revisionHistoryLimit: REVISION_HISTORY,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      template,
      volumeClaimTemplates: claims.length === 0 ? undefined : claims.map(claimTemplate),
    },
  })

/** Without labels of ours: no field of it can ever be changed, and the controller adds the selector's. */
const claimTemplate = ({ name, spec }: WrittenClaim) => ({
  apiVersion: 'v1' as const,
  kind: 'PersistentVolumeClaim' as const,
  metadata: { name },
  spec,
})
