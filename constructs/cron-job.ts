import type { Construct } from 'constructs'
import type { ICronJob } from 'kubernetes-models/batch/v1'
import type { IIoK8sApiBatchV1PodFailurePolicyRule } from 'kubernetes-models/batch/v1/PodFailurePolicyRule'
import type { IIoK8sApiCoreV1PodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import { EmittedObject } from './emitted-object.ts'
import { peerWaivers } from './peer-waivers.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

export interface EmitCronJobProps {
  readonly schedule: string
  readonly timeZone: string
  /** How late a run may start. */
  readonly startingDeadlineSeconds: number
  /** How long a run may take, with all its attempts. */
  readonly activeDeadlineSeconds: number
  readonly backoffLimit: number
  /** Exit codes after which another attempt is in vain. */
  readonly fatalExitCodes: readonly number[]
  readonly successfulJobsHistoryLimit: number
  readonly failedJobsHistoryLimit: number
  readonly suspend: boolean | undefined
  readonly template: Written<IIoK8sApiCoreV1PodTemplateSpec>
}

/** The time of a run, at its longest: Kubernetes appends it to the name for that of the Job. */
export const RUN_SUFFIX = '-0123456789'

/**
 * One run at a time, one pod at a time. Finished Jobs go by the history limits, and by nothing
 * else: a time to live would delete them before anybody could look.
 */
export const emitCronJob = (
  scope: Construct,
  { app, labels, workloadMetadata, isReachable }: WorkloadContext,
  props: EmitCronJobProps,
): EmittedObject<ICronJob> =>
  new EmittedObject<ICronJob>(scope, 'CronJob', {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: workloadMetadata(
      peerWaivers({ kind: 'CronJob', isReachable, template: props.template }),
    ),
    spec: {
      schedule: props.schedule,
      timeZone: props.timeZone,
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: props.startingDeadlineSeconds,
      successfulJobsHistoryLimit: props.successfulJobsHistoryLimit,
      failedJobsHistoryLimit: props.failedJobsHistoryLimit,
      suspend: props.suspend,
      jobTemplate: {
        metadata: { labels: { ...labels } },
        spec: {
          parallelism: 1,
          completions: 1,
          backoffLimit: props.backoffLimit,
          activeDeadlineSeconds: props.activeDeadlineSeconds,
          // The next attempt waits until the last one has ended, not only been told to.
          podReplacementPolicy: 'Failed',
          podFailurePolicy: { rules: failureRules(app, props.fatalExitCodes) },
          template: props.template,
        },
      },
    },
  })

/** A node that is drained is no fault of the job, and uses up none of its attempts. */
const failureRules = (
  app: string,
  fatalExitCodes: readonly number[],
): Written<IIoK8sApiBatchV1PodFailurePolicyRule>[] => [
  { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
  ...(fatalExitCodes.length === 0
    ? []
    : [
        {
          action: 'FailJob' as const,
          onExitCodes: {
            containerName: app,
            operator: 'In' as const,
            // The API server wants them in order and each once.
            values: [...new Set(fatalExitCodes)].sort((a, b) => a - b),
          },
        },
      ]),
]
