import type { Duration } from 'cdk8s'
import type { IIoK8sApiCoreV1Lifecycle } from 'kubernetes-models/v1/Lifecycle'
import { type KubernetesVersion, supports } from './kubernetes-version.ts'
import { optional, record } from './options.ts'
import { wholeSeconds } from './value-shapes.ts'
import type { Written } from './written.ts'

/** How a pod leaves without losing a request. */
export interface Shutdown {
  /**
   * How long the process goes on as before after its end was decided. SIGTERM and the removal from
   * load balancers happen at the same time, and the latter is slower.
   *
   * @default Duration.seconds(10)
   */
  readonly preStop?: Duration

  /**
   * How long the process may take from SIGTERM to its end.
   *
   * @default Duration.seconds(30)
   */
  readonly drain?: Duration
}

export const SHUTDOWN = record<Shutdown>(
  {
    preStop: optional(wholeSeconds('Duration.seconds(10)')),
    drain: optional(wholeSeconds('Duration.seconds(30)')),
  },
  '{ drain: Duration.minutes(2) }',
)

export interface WrittenShutdown {
  readonly lifecycle: Written<IIoK8sApiCoreV1Lifecycle> | undefined
  /** preStop + drain + a margin: the clock of the grace period starts before preStop. */
  readonly terminationGracePeriodSeconds: number
}

const MARGIN_SECONDS = 5

export function writeShutdown(
  { preStop, drain }: Shutdown,
  target: KubernetesVersion,
): WrittenShutdown {
  const sleep = preStop?.toSeconds() ?? 10
  return {
    lifecycle: sleep === 0 ? undefined : { preStop: sleepAction(sleep, target) },
    terminationGracePeriodSeconds: sleep + (drain?.toSeconds() ?? 30) + MARGIN_SECONDS,
  }
}

/** Before 1.30 the kubelet cannot sleep by itself: the image must then have a `sleep` program. */
const sleepAction = (seconds: number, target: KubernetesVersion) =>
  supports(target, 'preStopSleep')
    ? { sleep: { seconds } }
    : { exec: { command: ['sleep', String(seconds)] } }
