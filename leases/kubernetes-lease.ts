import type { LeaseName } from './lease-name.ts'
import { ANNOTATION_PREFIX, type LeaseRecord } from './lease-record.ts'
import type { StoredLease } from './lease-store.ts'

type Fields = Readonly<Record<string, unknown>>

/** A Lease as the API has it, as far as we read it. */
interface KubernetesLease {
  readonly metadata: Fields & {
    readonly uid: string
    readonly resourceVersion: string
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: Fields & {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

/** What others keep on the object, in the parts that are written back. */
interface Rest {
  readonly metadata: Fields
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: Fields
}

/** @param body a Lease that an API server gave, and so one that is valid */
export function leaseOf(name: LeaseName, body: Fields): StoredLease {
  const { metadata, spec = {} } = body as unknown as KubernetesLease
  // What is written without managedFields keeps them (K25), and they are most of the bytes.
  const { uid, resourceVersion, annotations = {}, managedFields: _, ...otherMetadata } = metadata
  const {
    holderIdentity = '',
    leaseDurationSeconds = 0,
    acquireTime,
    renewTime,
    leaseTransitions = 0,
    ...otherSpec
  } = spec
  const [ours, others] = split(annotations)
  const record: LeaseRecord = {
    holderIdentity,
    leaseDurationSeconds,
    acquireTime,
    renewTime,
    leaseTransitions,
    annotations: ours,
  }
  const rest: Rest = { metadata: otherMetadata, annotations: others, spec: otherSpec }
  return { name, uid, version: resourceVersion, record, rest }
}

/**
 * The object to write: by its uid and resourceVersion it can only replace what was seen, never
 * another Lease of that name, and never make one (K20).
 */
export function bodyOf(seen: StoredLease, record: LeaseRecord): Fields {
  const rest = seen.rest as Rest
  const { annotations, leaseDurationSeconds, ...spec } = record
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...rest.metadata,
      uid: seen.uid,
      resourceVersion: seen.version,
      annotations: { ...rest.annotations, ...annotations },
    },
    spec: {
      ...rest.spec,
      ...spec,
      // 0 is not valid there; ours for a Lease that nobody ever held.
      ...(leaseDurationSeconds > 0 && { leaseDurationSeconds }),
    },
  }
}

function split(
  annotations: Readonly<Record<string, string>>,
): [ours: Record<string, string>, others: Record<string, string>] {
  const ours: Record<string, string> = {}
  const others: Record<string, string> = {}
  for (const [key, value] of Object.entries(annotations)) {
    const part = key.startsWith(ANNOTATION_PREFIX) ? ours : others
    part[key] = value
  }
  return [ours, others]
}
