import { type Identity, identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { SUSPENDED_FOR_ANNOTATION, suspendedFor } from '../rollouts/suspended-for.ts'
import { applicationSuspension } from './application-suspension.ts'
import type { ObjectPatch } from './cluster-objects.ts'
import { kustomizationSuspension } from './kustomization-suspension.ts'
import type { Suspension } from './suspension.ts'

const SUSPENSIONS: Readonly<Record<string, Suspension>> = {
  Kustomization: kustomizationSuspension,
  Application: applicationSuspension,
}

export function suspensionOf({ kind }: Pick<Identity, 'kind'>): Suspension {
  const suspension = SUSPENSIONS[kind]
  if (suspension === undefined) throw new Error(`Nobody knows how to suspend a ${kind}`)
  return suspension
}

/** Whether somebody else has suspended a sync: to give it back is theirs then. */
export const isSuspendedByOthers = (sync: KubernetesObject): boolean =>
  suspensionOf(sync).isSuspended(sync) && suspendedFor(sync).length === 0

/** Suspends a sync for one more app; `undefined` if it is so already, or by somebody else. */
export function suspendFor(app: string, sync: KubernetesObject): ObjectPatch | undefined {
  const { isSuspended, suspend } = suspensionOf(sync)
  const apps = suspendedFor(sync)
  const isDone = isSuspended(sync) && apps.includes(app)
  if (isDone || isSuspendedByOthers(sync)) return undefined
  const mark = { [SUSPENDED_FOR_ANNOTATION]: [...new Set([...apps, app])].sort().join(' ') }
  return { ...suspend, annotations: { ...suspend.annotations, ...mark } }
}

/** Needs a sync no longer for an app, and gives it back if no other does; `undefined` if none did. */
export function giveBackFor(app: string, sync: KubernetesObject): ObjectPatch | undefined {
  const apps = suspendedFor(sync)
  const others = apps.filter((each) => each !== app)
  if (others.length === apps.length) return undefined
  const { isSuspended, resume } = suspensionOf(sync)
  const mark = { [SUSPENDED_FOR_ANNOTATION]: others.length === 0 ? null : others.join(' ') }
  if (others.length > 0 || !isSuspended(sync)) return { annotations: mark }
  return { ...resume, annotations: { ...resume.annotations, ...mark } }
}

/** Other apps whose objects a sync applies, by their Services: `<namespace>/<app>`. */
export function othersIn(app: string, sync: KubernetesObject): readonly string[] {
  const services = new Set(
    suspensionOf(sync)
      .applied(sync)
      .filter(({ kind }) => kind === 'Service')
      .map(({ namespace, name }) => `${namespace}/${name}`),
  )
  return [...services].filter((name) => name !== app && !isTrack(name, services)).sort()
}

/** Whether a Service is one of the two that belong to another one. */
const isTrack = (service: string, services: ReadonlySet<string>): boolean =>
  ['-stable', '-canary'].some(
    (ending) => service.endsWith(ending) && services.has(service.slice(0, -ending.length)),
  )

/** What people call a sync: `Kustomization flux-system/prod-traffic-shop`. */
export const syncName = (sync: KubernetesObject | Identity): string => {
  const { kind, namespace, name } = 'metadata' in sync ? identityOf(sync) : sync
  return `${kind} ${namespace}/${name}`
}
