import type { Construct } from 'constructs'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import type { IIoK8sApiCoreV1PodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { IntOrPercent } from '../manifests/rounding.ts'
import { EmittedObject } from './emitted-object.ts'
import { optional, record } from './options.ts'
import { peerWaivers } from './peer-waivers.ts'
import type { Replicas } from './replicas.ts'
import { INT_OR_PERCENT, whole } from './value-shapes.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

/** How a new revision replaces the old one. */
export interface RollingUpdate {
  /**
   * Pods above the desired count while it lasts; rounds up.
   *
   * @default '25%'
   */
  readonly maxSurge?: IntOrPercent

  /**
   * Pods that may be missing while it lasts; rounds down.
   *
   * @default 0
   */
  readonly maxUnavailable?: IntOrPercent

  /**
   * Seconds that a pod must stay ready before it counts: time for load balancers to know it, and
   * for one that fails soon after its start to be noticed.
   *
   * @default 10
   */
  readonly minReadySeconds?: number
}

export const ROLLING_UPDATE = record<RollingUpdate>(
  {
    maxSurge: optional(INT_OR_PERCENT),
    maxUnavailable: optional(INT_OR_PERCENT),
    minReadySeconds: optional(whole({ example: 10 })),
  },
  "{ maxSurge: '25%' }",
)

export interface EmitDeploymentProps {
  readonly replicas: Replicas
  readonly template: Written<IIoK8sApiCoreV1PodTemplateSpec>
  /** How long a start may take; the progress deadline follows from it. */
  readonly startupSeconds: number
  /** @default - see the fields; `'recreate'` ends the old pod before the new one starts */
  readonly rollingUpdate?: RollingUpdate | 'recreate'
  /**
   * `false` if some pods never become ready by design: a rollout then has no end to wait for, and
   * no deadline.
   *
   * @default true
   */
  readonly completes?: boolean
  readonly annotations?: Readonly<Record<string, string>>
}

/** The largest value, which the Deployment controller takes as no deadline. */
const NO_DEADLINE = 2_147_483_647

/** Old revisions that Kubernetes keeps, so that a revert in Git finds its ReplicaSet again. */
const REVISION_HISTORY = 5

export function emitDeployment(
  scope: Construct,
  { workloadMetadata, selector, isReachable, keepsTemplate }: WorkloadContext,
  props: EmitDeploymentProps,
): EmittedObject<IDeployment> {
  const { replicas, template, startupSeconds, rollingUpdate = {}, completes = true } = props
  const count = 'fixed' in replicas ? replicas.fixed : undefined
  const minReadySeconds = rollingUpdate === 'recreate' ? 10 : (rollingUpdate.minReadySeconds ?? 10)
  return new EmittedObject<IDeployment>(scope, 'Deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: workloadMetadata({
      ...peerWaivers({
        kind: 'Deployment',
        replicas: count,
        recreates: rollingUpdate === 'recreate',
        isReachable,
        template: keepsTemplate ? undefined : template,
      }),
      ...props.annotations,
    }),
    spec: {
      replicas: count,
      selector: { matchLabels: { ...selector } },
      strategy:
        rollingUpdate === 'recreate'
          ? { type: 'Recreate' }
          : {
              type: 'RollingUpdate',
              rollingUpdate: {
                maxSurge: rollingUpdate.maxSurge ?? '25%',
                maxUnavailable: rollingUpdate.maxUnavailable ?? 0,
              },
            },
      minReadySeconds,
      progressDeadlineSeconds: completes
        ? progressDeadline(startupSeconds, minReadySeconds)
        : NO_DEADLINE,
      revisionHistoryLimit: REVISION_HISTORY,
      template,
    },
  })
}

/**
 * Longer than a start that is slow but allowed, twice over, or a rollout would be called failed
 * while a pod is still within its budget.
 */
const progressDeadline = (startupSeconds: number, minReadySeconds: number): number =>
  Math.max(600, 2 * startupSeconds + minReadySeconds + 120)
