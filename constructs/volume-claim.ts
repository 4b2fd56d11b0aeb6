import type { Construct } from 'constructs'
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1'
import type { IIoK8sApiCoreV1PersistentVolumeClaimSpec } from 'kubernetes-models/v1/PersistentVolumeClaimSpec'
import type { IIoK8sApiCoreV1VolumeMount } from 'kubernetes-models/v1/VolumeMount'
import { dnsLabelProblem } from '../manifests/names.ts'
import { map } from './collection-shapes.ts'
import { EmittedObject } from './emitted-object.ts'
import type { Mistakes } from './mistakes.ts'
import { NEVER_PRUNED } from './never-pruned.ts'
import { optional, record, required } from './options.ts'
import type { Volumes } from './pod-volumes.ts'
import { BYTES, type ByteAmount, byteQuantity } from './quantities.ts'
import { absolutePath, text } from './value-shapes.ts'
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

export const VOLUME_CLAIMS = map(
  record<VolumeClaimProps>(
    {
      path: required(absolutePath('/var/lib/ledger'), '/var/lib/missing'),
      size: required(BYTES, '1Gi'),
      storageClass: optional(text('fast')),
    },
    "{ path: '/var/lib/ledger', size: '20Gi' }",
  ),
  'data',
)

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
      checkName(name, mistakes)
      return {
        name,
        mount: { name, mountPath: props.path },
        spec: {
          accessModes: ['ReadWriteOncePod'],
          resources: { requests: { storage: byteQuantity(props.size) } },
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

function checkName(name: string, mistakes: Mistakes): void {
  const problem = dnsLabelProblem(name)
  if (problem === undefined) return
  mistakes.add({
    option: 'guarantee.volumes',
    value: name,
    problem,
    remedy: 'Use a name like `data`',
  })
}
