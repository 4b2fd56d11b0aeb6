import { DEFAULT_TTL_SECONDS } from '../leases/lock-timing.ts'
import { holdBounds } from '../leases/lock-view.ts'
import {
  ELECTOR_VARIABLES,
  LEASE_ANNOTATIONS,
  queueLeaseName,
  runsLeaseName,
} from '../leases/names.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { podTemplateOf } from '../manifests/pod-template.ts'
import type { Rendering } from '../manifests/rendering.ts'
import { renderBounds } from './render-bounds.ts'

/**
 * What follows from the times of a lock, if this is its Lease: of the election that is held on it, or
 * else of a hold that says nothing of its own.
 */
export function explainLock(lease: KubernetesObject, rendering: Rendering): readonly string[] {
  if (lease.kind !== 'Lease') return []
  const { name, annotations } = lease.metadata
  const mode = annotations?.[LEASE_ANNOTATIONS.mode]
  if (mode === undefined || isBeside(name, rendering)) return []
  const elected = electionOn(lease, rendering)
  const ttlSeconds = elected ?? DEFAULT_TTL_SECONDS
  const source =
    elected === undefined ? 'the default; whoever acquires it may say another' : 'of its election'
  return [
    `  ttl       ${ttlSeconds} s, ${source}`,
    ...renderBounds(holdBounds({ ttlSeconds, isInterop: mode === 'interop' })),
  ]
}

/** Its queue and its runs are no locks. */
const isBeside = (name: string, { files }: Rendering): boolean =>
  files.some(({ object }) => {
    const lock = object?.kind === 'Lease' ? object.metadata.name : undefined
    return lock !== undefined && [queueLeaseName(lock), runsLeaseName(lock)].includes(name)
  })

/** @returns its `LEASE_DURATION`, in seconds */
function electionOn(
  { metadata: { name, namespace } }: KubernetesObject,
  { files }: Rendering,
): number | undefined {
  const objects = files.flatMap(({ object }) => object ?? [])
  const nearby = objects.filter(({ metadata }) => metadata.namespace === namespace)
  const variables = nearby.flatMap(containersOf).map(variablesOf)
  const elector = variables.find((of) => of.get(ELECTOR_VARIABLES.leaseName) === name)
  const duration = Number.parseFloat(elector?.get(ELECTOR_VARIABLES.leaseDuration) ?? '')
  return Number.isNaN(duration) ? undefined : duration
}

function containersOf(object: KubernetesObject): readonly unknown[] {
  const spec = podTemplateOf(object)?.spec
  if (!isRecord(spec)) return []
  return [spec.initContainers, spec.containers].flatMap((list) => (Array.isArray(list) ? list : []))
}

function variablesOf(container: unknown): ReadonlyMap<unknown, string> {
  const env = isRecord(container) && Array.isArray(container.env) ? container.env : []
  return new Map(
    env.flatMap((variable) =>
      isRecord(variable) ? [[variable.name, String(variable.value)] as const] : [],
    ),
  )
}
