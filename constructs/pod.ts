import type { Construct } from 'constructs'
import type { IConfigMap, IServiceAccount as IServiceAccountManifest } from 'kubernetes-models/v1'
import type { IIoK8sApiCoreV1Container } from 'kubernetes-models/v1/Container'
import type { IIoK8sApiCoreV1PodSpec } from 'kubernetes-models/v1/PodSpec'
import type { IIoK8sApiCoreV1PodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { IIoK8sApiCoreV1Volume } from 'kubernetes-models/v1/Volume'
import type { IIoK8sApiCoreV1VolumeMount } from 'kubernetes-models/v1/VolumeMount'
import { emitConfigFiles } from './config-files.ts'
import { type ContainerProps, writeContainer } from './container.ts'
import type { EmittedObject } from './emitted-object.ts'
import type { PodProps, ServedProps } from './pod-props.ts'
import { type Volumes, writeScratch, writeSecretFiles } from './pod-volumes.ts'
import { MAIN_PORT, type WrittenProbes, writeProbes } from './probe.ts'
import { podSecurity } from './security.ts'
import { emitServiceAccount } from './service-account.ts'
import { type WrittenShutdown, writeShutdown } from './shutdown.ts'
import { tokenMount, tokenVolume } from './token-volume.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

export interface PodParts {
  readonly template: Written<IIoK8sApiCoreV1PodTemplateSpec>
  readonly probes: WrittenProbes | undefined
  readonly serviceAccount: EmittedObject<IServiceAccountManifest> | undefined
  readonly configMap: EmittedObject<IConfigMap> | undefined
}

export interface WritePodProps {
  readonly context: WorkloadContext
  readonly props: PodProps & Partial<ServedProps>
  /** Spread, claims, sidecars of our own. */
  readonly additions?: PodAdditions
}

/** What a kind of workload adds to what its user asked for. */
export interface PodAdditions {
  readonly spec?: Partial<Written<IIoK8sApiCoreV1PodSpec>>
  readonly labels?: Readonly<Record<string, string>>
  readonly volumes?: readonly Written<IIoK8sApiCoreV1Volume>[]
  readonly mounts?: readonly Written<IIoK8sApiCoreV1VolumeMount>[]
  readonly env?: ContainerProps['env']
  readonly sidecars?: readonly Written<IIoK8sApiCoreV1Container>[]
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never'
}

/** Names volumes whose content a node drain may throw away, as the cluster autoscaler reads it. */
const LOCAL_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes'

/** Emits what the pod needs beside it and writes its template. */
export function writePod(
  scope: Construct,
  { context, props, additions = {} }: WritePodProps,
): PodParts {
  const serviceAccount =
    props.serviceAccount === undefined ? emitServiceAccount(scope, context) : undefined
  const files = props.files === undefined ? undefined : emitConfigFiles(scope, context, props.files)
  const scratch = writeScratch(props.scratch ?? {}, context.mistakes)
  const { volumes, mounts } = joined([
    scratch,
    ...(files === undefined ? [] : [{ volumes: [files.volume], mounts: files.mounts }]),
    writeSecretFiles(props.secretFiles ?? {}),
    { volumes: additions.volumes ?? [], mounts: additions.mounts ?? [] },
    ...(props.kubernetesApi === true ? [{ volumes: [tokenVolume], mounts: [tokenMount] }] : []),
  ])
  const shutdown = writeShutdown(props.shutdown ?? {}, context.targetVersion)
  const probes =
    props.health === undefined ? undefined : writeProbes(props.health, context.mistakes)
  const template: Written<IIoK8sApiCoreV1PodTemplateSpec> = {
    metadata: {
      labels: { ...context.podLabels, ...additions.labels },
      annotations: { [LOCAL_VOLUMES]: localNames(volumes) },
    },
    spec: {
      serviceAccountName: props.serviceAccount?.name ?? context.app,
      automountServiceAccountToken: false,
      // Variables for every Service of the namespace: clutter, and too many stop a pod from starting.
      enableServiceLinks: false,
      restartPolicy: additions.restartPolicy ?? 'Always',
      securityContext: podSecurity,
      priorityClassName: props.priorityClass,
      terminationGracePeriodSeconds: shutdown.terminationGracePeriodSeconds,
      initContainers: writeInitContainers(context, props, additions, scratch.mounts),
      containers: [writeMainContainer(context, props, additions, { mounts, probes, shutdown })],
      volumes,
      ...additions.spec,
    },
  }
  return { template, probes, serviceAccount, configMap: files?.configMap }
}

const localNames = (volumes: Volumes['volumes']): string =>
  volumes
    .filter(({ emptyDir }) => emptyDir !== undefined)
    .map(({ name }) => name)
    .join(',')

const joined = (parts: readonly Volumes[]): Volumes => ({
  volumes: parts.flatMap(({ volumes }) => volumes),
  mounts: parts.flatMap(({ mounts }) => mounts),
})

interface MainContainerParts {
  readonly mounts: readonly Written<IIoK8sApiCoreV1VolumeMount>[]
  readonly probes: WrittenProbes | undefined
  readonly shutdown: WrittenShutdown
}

/** The container named after the app: what autoscalers and logs mean by it. */
function writeMainContainer(
  { app, needsDigest, mistakes }: WorkloadContext,
  props: PodProps & Partial<ServedProps>,
  additions: PodAdditions,
  { mounts, probes, shutdown }: MainContainerParts,
): Written<IIoK8sApiCoreV1Container> {
  const env = { ...props.env, ...additions.env }
  return {
    ...writeContainer({
      ...props,
      env,
      name: app,
      imageOption: 'image',
      mounts,
      needsDigest,
      mistakes,
    }),
    ports:
      props.port === undefined
        ? undefined
        : [{ name: MAIN_PORT, containerPort: props.port, protocol: 'TCP' }],
    startupProbe: probes?.startupProbe,
    readinessProbe: probes?.readinessProbe,
    livenessProbe: probes?.livenessProbe,
    lifecycle: shutdown.lifecycle,
  }
}

/** Sidecars come first: they are there while the others run. */
function writeInitContainers(
  { needsDigest, mistakes }: WorkloadContext,
  props: PodProps,
  additions: PodAdditions,
  mounts: readonly Written<IIoK8sApiCoreV1VolumeMount>[],
): Written<IIoK8sApiCoreV1Container>[] | undefined {
  const write = (kind: 'sidecars' | 'initContainers', name: string, container: ContainerProps) =>
    writeContainer({
      ...container,
      name,
      imageOption: `${kind}.${name}.image`,
      mounts,
      needsDigest,
      mistakes,
    })
  const sidecars = Object.entries(props.sidecars ?? {}).map(([name, sidecar]) => ({
    ...write('sidecars', name, sidecar),
    restartPolicy: 'Always' as const,
    startupProbe:
      sidecar.started === undefined
        ? undefined
        : {
            httpGet: {
              path: sidecar.started.path,
              port: sidecar.started.port,
              scheme: 'HTTP' as const,
            },
            initialDelaySeconds: 0,
            periodSeconds: 1,
            timeoutSeconds: 2,
            successThreshold: 1,
            failureThreshold: 60,
          },
  }))
  const init = Object.entries(props.initContainers ?? {}).map(([name, container]) =>
    write('initContainers', name, container),
  )
  const all = [...(additions.sidecars ?? []), ...sidecars, ...init]
  return all.length === 0 ? undefined : all
}
