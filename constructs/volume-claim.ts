import type { Construct } from 'constructs'
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1'
import type { IIoK8sApiCoreV1PersistentVolumeClaimSpec } from 'kubernetes-models/v1/PersistentVolumeClaimSpec'
import type { IIoK8sApiCoreV1VolumeMount } from 'kubernetes-models/v1/VolumeMount'
import { dnsLabelProblem } from '../manifests/names.ts'
import { EmittedObject } from './emitted-object.ts'
import type { Mistakes } from './mistakes.ts'
import { NEVER_PRUNED } from './never-pruned.ts'
import type { Volumes } from './pod-volumes.ts'
import { type ByteAmount, byteQuantity } from './quantities.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

/** Storage that outlives a pod, by name: `data` becomes the claim `data-<app>-0` or `<app>-data`. */
export type VolumeClaims = Readonly<Record<string, VolumeClaimProps>>

export interface VolumeClaimProps {
  /** Folder of the container that it is mounted as. */
  readonly path: string

  /** How much is asked for. It can grow later if the storage class allows, and never shrink. */
  readonly size: ByteAmount

  /**
   * Existing StorageClass.
   *
   * @default - the cluster's default
   */
  readonly storageClass?: string
}

/** A claim with the name that its user gave it. */
export interface WrittenClaim {
  readonly name: string
  readonly mount: Written<IIoK8sApiCoreV1VolumeMount>
  readonly spec: Written<IIoK8sApiCoreV1PersistentVolumeClaimSpec>
}

/**
 * `ReadWriteOncePod`: the more common `ReadWriteOnce` means once for each node, so it lets two pods
 * of one node write.
 */
export function writeClaims(volumes: VolumeClaims, mistakes: Mistakes): readonly WrittenClaim[] {
  return Object.keys(volumes)
    .sort()
    .flatMap((name) => {
      const props = volumes[name]
      if (props === undefined) return []
      checkClaim(name, props, mistakes)
      return {
        name,
        mount: { name, mountPath: props.path },
        spec: {
          accessModes: ['ReadWriteOncePod'],
          resources: { requests: { storage: storageQuantity(name, props, mistakes) } },
          storageClassName: props.storageClass,
          volumeMode: 'Filesystem',
        },
      }
    })
}

/** Emits each claim as an object of its own, and says how a pod uses them. */
export function emitClaims(
  scope: Construct,
  { app, metadata }: WorkloadContext,
  claims: readonly WrittenClaim[],
): Volumes & { readonly objects: Readonly<Record<string, EmittedObject<IPersistentVolumeClaim>>> } {
  const claimName = (name: string) => `${app}-${name}`
  const objects = claims.map(
    ({ name, spec }) =>
      [
        name,
        new EmittedObject<IPersistentVolumeClaim>(scope, `VolumeClaim-${name}`, {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: metadata(claimName(name), NEVER_PRUNED),
          spec,
        }),
      ] as const,
  )
  return {
    objects: Object.fromEntries(objects),
    volumes: claims.map(({ name }) => ({
      name,
      persistentVolumeClaim: { claimName: claimName(name) },
    })),
    mounts: claims.map(({ mount }) => mount),
  }
}

/** Below the root, without `.` and `..`, and without a slash at its end. */
const ABSOLUTE_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/

function checkClaim(name: string, { path }: VolumeClaimProps, mistakes: Mistakes): void {
  const problem = dnsLabelProblem(name)
  if (problem !== undefined) {
    mistakes.add({ option: 'volumes', value: name, problem, remedy: 'Use a name like `data`' })
  }
  if (!ABSOLUTE_PATH.test(path)) {
    mistakes.add({
      option: `volumes.${name}.path`,
      value: path,
      problem: 'must be an absolute path',
      remedy: 'Write it as `/var/lib/ledger`',
    })
  }
}

function storageQuantity(name: string, { size }: VolumeClaimProps, mistakes: Mistakes): string {
  try {
    return byteQuantity(size)
  } catch (error) {
    mistakes.add({
      option: `volumes.${name}.size`,
      value: size,
      problem: (error as Error).message,
      remedy: "Write a Kubernetes quantity, as '20Gi'",
    })
    return '1Gi'
  }
}
