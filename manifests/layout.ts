import { contentHash } from './content-hash.ts'
import { identityOf } from './identity.ts'
import type { KubernetesObject } from './kubernetes-object.ts'

/**
 * Where things lie below an environment's folder on the deploy branch, and in what synth writes:
 *
 *     workloads/<namespace>/<app>/<kind>[.<group>]-<name>.yaml
 *     traffic/<namespace>/<app>/<kind>[.<group>]-<name>.yaml
 *     rollouts/<namespace>/<app>/plan.yaml, record.yaml, revisions/<revision>.yaml
 *     rollouts/<namespace>/<app>/gates.yaml
 *     STOP, rollouts/<namespace>/<app>/STOP
 *
 * Traffic is apart so that sending it elsewhere never waits behind a workload's health check.
 */
export type Section = 'workloads' | 'traffic' | 'rollouts'

/** The sections that Flux or Argo CD applies. */
export const SYNCED_SECTIONS = ['workloads', 'traffic'] as const satisfies readonly Section[]

/** Folder that stands for the namespace of cluster-scoped objects; no namespace can be called so. */
export const CLUSTER_FOLDER = '_cluster'

/** Folder of what belongs to a namespace itself and to no app in it. */
export const NAMESPACE_APP = '_namespace'

const TRAFFIC_KINDS: ReadonlySet<string> = new Set([
  '/Service',
  'networking.k8s.io/Ingress',
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
  'gateway.networking.k8s.io/TLSRoute',
  'gateway.networking.k8s.io/TCPRoute',
  'networking.istio.io/VirtualService',
  'networking.istio.io/DestinationRule',
  'traefik.io/TraefikService',
  'traefik.io/IngressRoute',
])

export function sectionOf(object: KubernetesObject): 'workloads' | 'traffic' {
  const { group, kind } = identityOf(object)
  return TRAFFIC_KINDS.has(`${group}/${kind}`) ? 'traffic' : 'workloads'
}

/** Path of an object's file below the environment's folder. `app` is the id of its app. */
export function objectPath(object: KubernetesObject, app: string): string {
  const { namespace } = identityOf(object)
  const folder = namespace === undefined ? CLUSTER_FOLDER : segment(namespace)
  return `${sectionOf(object)}/${folder}/${segment(app)}/${objectFileName(object)}`
}

/** The last part of that path, the same wherever the object lies. */
export function objectFileName(object: KubernetesObject): string {
  const { group, kind, name } = identityOf(object)
  const qualifiedKind = (group === '' ? kind : `${kind}.${group}`).toLowerCase()
  return `${shortened(`${encoded(qualifiedKind)}-${encoded(name)}`)}.yaml`
}

export const planPath = (namespace: string, app: string): string =>
  `${rolloutFolder(namespace, app)}/plan.yaml`

export const recordPath = (namespace: string, app: string): string =>
  `${rolloutFolder(namespace, app)}/record.yaml`

/** Path of what stands against releases of an app that somebody else drives. */
export const gatesPath = (namespace: string, app: string): string =>
  `${rolloutFolder(namespace, app)}/gates.yaml`

/** Path of the files of an app as they were in one of its revisions. */
export const revisionPath = (namespace: string, app: string, revision: string): string =>
  `${rolloutFolder(namespace, app)}/revisions/${segment(revision)}.yaml`

const rolloutFolder = (namespace: string, app: string): string =>
  `rollouts/${segment(namespace)}/${segment(app)}`

/** File by which people stop all rollouts of an environment, or those of one app. */
export const stopPath = (app?: { readonly namespace: string; readonly app: string }): string =>
  app === undefined ? 'STOP' : `rollouts/${segment(app.namespace)}/${segment(app.app)}/STOP`

const segment = (name: string): string => shortened(encoded(name))

/**
 * A name as part of a path, readable where possible and never ambiguous: everything but lower-case
 * letters, digits, `.`, `_` and `-` is percent-encoded, upper case too, so that no two names meet on
 * a file system that folds case. No dot comes first: `..` is a way, Git refuses `.git`, and
 * `.gitkeep` is a placeholder.
 */
const encoded = (name: string): string =>
  name
    .replaceAll(/[^a-z0-9._-]/gu, (character) =>
      Array.from(
        new TextEncoder().encode(character),
        (byte) => `%${byte.toString(16).padStart(2, '0')}`,
      ).join(''),
    )
    .replace(/^\.+/, (dots) => '%2e'.repeat(dots.length))

/** Less than the 255 bytes that file systems allow, so that there is room for an ending. */
const MAX_SEGMENT_LENGTH = 240

/** Names may have 253 characters. The `~` can be in no other segment. */
const shortened = (text: string): string =>
  text.length <= MAX_SEGMENT_LENGTH
    ? text
    : `${text.slice(0, MAX_SEGMENT_LENGTH - 40)}~${contentHash(text)}`
