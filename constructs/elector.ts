import type { IIoK8sApiCoreV1Container } from 'kubernetes-models/v1/Container'
import type { IIoK8sApiCoreV1Lifecycle } from 'kubernetes-models/v1/Lifecycle'
import type { IIoK8sApiCoreV1Probe } from 'kubernetes-models/v1/Probe'
import { ELECTOR_PATHS, ELECTOR_VARIABLES, type ElectorWork } from '../leases/names.ts'
import { writeContainer } from './container.ts'
import { type ElectorOptions, seconds, type WrittenTiming } from './election-options.ts'
import { electorFolder } from './elector-folder.ts'
import type { EnvironmentVariable, EnvironmentVariables } from './environment-variable.ts'
import { lockstepImageOf } from './lockstep-image.ts'
import type { Resources } from './quantities.ts'
import { tokenMount } from './token-volume.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

export const ELECTOR_CONTAINER = 'lockstep-elector'
export const DEFAULT_ELECTOR_PORT = 9401

const PORT_NAME = 'elector'
/** It has 45 MB of its own, measured; what it maps of Node's program comes on top, 60 MB. */
const DEFAULT_RESOURCES: Resources = { cpu: '20m', memory: '128Mi', ephemeralStorage: '64Mi' }

/** Ten years of seconds: a standby waits for as long as its leader lives. */
const ENDLESS = 315_360_000

export interface WriteElectorProps extends ElectorOptions {
  readonly work: ElectorWork
  readonly lease: string
  readonly timing: WrittenTiming
}

/**
 * The sidecar that holds an election: first of the init containers, so that it is there before all
 * others and ends after them. That order alone makes sure that a lease is released only when the
 * work under it has ended.
 *
 * What its program, `lockstep elect --work=…`, has to do:
 *
 * - It answers the paths of `ELECTOR_PATHS` on `--port`, by the variables of `ELECTOR_VARIABLES`.
 *   Its identity in the Lease begins with the pod's uid and is new at every start.
 * - `requests`: it labels its pod when it leads and takes the label back before it gives
 *   leadership up, after a restart before anything else. It gives leadership up as soon as its pod
 *   is being deleted, which the answer to a patch of nothing tells, so that the next leader is there
 *   while this pod still drains. It looks when the kubelet calls `ending`, and else every
 *   `RETRY_PERIOD`.
 * - `supervised`, `job`: `started` says yes while it leads, so the kubelet starts the other
 *   containers only then. Whatever of them it finds running while it does not lead (after its own
 *   restart, too) it ends: it sees their processes, and has their user id. It does so between
 *   `RENEW_DEADLINE` and `LEASE_DURATION`, at the latest.
 * - `supervised`: afterwards it evicts its pod, whose containers the kubelet would restart.
 * - It exits when it finds itself stuck: before `started` first says yes, nobody else would notice.
 */
export function writeElector(
  { environment, needsDigest, mistakes }: WorkloadContext,
  {
    work,
    lease,
    timing,
    port = DEFAULT_ELECTOR_PORT,
    resources = DEFAULT_RESOURCES,
    folder,
  }: WriteElectorProps,
): Written<IIoK8sApiCoreV1Container> {
  const shared = folder === undefined ? undefined : electorFolder(folder)
  return {
    ...writeContainer({
      name: ELECTOR_CONTAINER,
      image: lockstepImageOf(environment, 'the elector', mistakes),
      imageOption: 'lockstepImage',
      args: ['elect', `--work=${work}`, `--port=${port}`, ...(shared?.args ?? [])],
      env: leaseVariables(lease, timing),
      resources,
      mounts: shared === undefined ? [tokenMount] : [tokenMount, shared.mount],
      needsDigest,
      mistakes,
    }),
    ports: [{ name: PORT_NAME, containerPort: port, protocol: 'TCP' }],
    restartPolicy: 'Always',
    ...probes(work),
    lifecycle: work === 'requests' ? TOLD_OF_ITS_END : undefined,
  }
}

/** What whoever holds the election needs to know, the sidecar or the app itself. */
export function leaseVariables(
  lease: string,
  { duration, renewDeadline, retryPeriod }: WrittenTiming,
): EnvironmentVariables {
  return {
    [ELECTOR_VARIABLES.leaseName]: lease,
    [ELECTOR_VARIABLES.leaseNamespace]: fromField('metadata.namespace'),
    [ELECTOR_VARIABLES.leaseDuration]: seconds(duration),
    [ELECTOR_VARIABLES.renewDeadline]: seconds(renewDeadline),
    [ELECTOR_VARIABLES.retryPeriod]: seconds(retryPeriod),
    [ELECTOR_VARIABLES.podName]: fromField('metadata.name'),
    [ELECTOR_VARIABLES.podUid]: fromField('metadata.uid'),
  }
}

const fromField = (fieldPath: string): EnvironmentVariable => ({
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
})

/**
 * Called as soon as the pod is asked to end, at the same time as those of the other containers, while
 * the elector itself is stopped only after them (`killContainer` of the kubelet, from 1.29 on: hooks
 * first, then each waits for its turn).
 */
const TOLD_OF_ITS_END: Written<IIoK8sApiCoreV1Lifecycle> = {
  preStop: { httpGet: { path: ELECTOR_PATHS.ending, port: PORT_NAME, scheme: 'HTTP' } },
}

/** Leadership gates the start of the others where it must, and readiness never. */
function probes(
  work: ElectorWork,
): Pick<Written<IIoK8sApiCoreV1Container>, 'startupProbe' | 'livenessProbe' | 'readinessProbe'> {
  const gates = work === 'supervised' || work === 'job'
  return {
    startupProbe: probe(ELECTOR_PATHS.started, 1, gates ? ENDLESS : 60),
    livenessProbe: probe(ELECTOR_PATHS.alive, 10, 3),
    // The one case in which it says no is a pod that still looks like the leader and is none.
    readinessProbe: work === 'requests' ? probe(ELECTOR_PATHS.ready, 2, 2) : undefined,
  }
}

const probe = (
  path: string,
  periodSeconds: number,
  failureThreshold: number,
): Written<IIoK8sApiCoreV1Probe> => ({
  httpGet: { path, port: PORT_NAME, scheme: 'HTTP' },
  initialDelaySeconds: 0,
  periodSeconds,
  timeoutSeconds: 2,
  successThreshold: 1,
  failureThreshold,
})
