import { groupOf, type Identity } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/** What keeps objects as the branch has them: a Kustomization of Flux, an Application of Argo CD. */
export type SyncIdentity = Identity & { readonly namespace: string }

const FLUX = 'kustomize.toolkit.fluxcd.io'
const ARGO = 'argocd.argoproj.io'

/**
 * The sync that has applied a live object, by the marks that it leaves on everything; `undefined` of what
 * was applied by hand. Of the marks of Argo CD its tracking id counts, and not the label
 * `app.kubernetes.io/instance`, which says something else in what Lockstep writes.
 *
 * @param argoNamespace where the Applications are that an object names without a namespace
 */
export function syncOf(object: KubernetesObject, argoNamespace: string): SyncIdentity | undefined {
  return kustomizationOf(object) ?? applicationOf(object, argoNamespace)
}

function kustomizationOf({ metadata: { labels } }: KubernetesObject): SyncIdentity | undefined {
  const [name, namespace] = [labels?.[`${FLUX}/name`], labels?.[`${FLUX}/namespace`]]
  if (!isSyncName(name) || !isSyncName(namespace)) return undefined
  return { group: FLUX, kind: 'Kustomization', namespace, name }
}

function applicationOf(object: KubernetesObject, argoNamespace: string): SyncIdentity | undefined {
  const id = object.metadata.annotations?.[`${ARGO}/tracking-id`] ?? ''
  const colon = id.indexOf(':')
  // One that was copied with an object belongs to another one: Argo CD itself does not count it then.
  if (id.slice(colon + 1) !== trackedAs(object)) return undefined
  const parts = id.slice(0, colon).split('_')
  const [name, namespace = argoNamespace] = parts.reverse()
  if (parts.length > 2 || !isSyncName(name) || !isSyncName(namespace)) return undefined
  return { group: 'argoproj.io', kind: 'Application', namespace, name }
}

const trackedAs = ({ apiVersion, kind, metadata }: KubernetesObject): string =>
  `${groupOf(apiVersion)}/${kind}:${metadata.namespace ?? ''}/${metadata.name}`

/** Whoever may write an object may write anything into its marks. */
export const isSyncName = (value: string | undefined): value is string =>
  value !== undefined && /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(value)
