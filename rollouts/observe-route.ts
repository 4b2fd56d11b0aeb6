import { at, items, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectName } from './object-name.ts'
import { missingOfSpec, type Sighting } from './sighting.ts'
import { writtenAtMs } from './written-at.ts'

/** Whether a route is in force, and since when. */
export interface SeenRoute {
  /** As sentences; empty if it is. */
  readonly missing: readonly string[]
  /** Milliseconds since 1970, by the clock of the cluster; absent while something is missing. */
  readonly sinceMs?: number
}

/**
 * A route of Gateway API as it runs: its spec is that of the branch, and each of its parents says of
 * this very spec that it is accepted, that all of its backends were found, and not that a part of it
 * was left out.
 *
 * It is in force since whatever came last: somebody's write of the spec, a controller's of its
 * status, or a change of what that says.
 */
export function observeRoute(sighting: Sighting): SeenRoute {
  const { branch, live } = sighting
  const missing = missingOfSpec(sighting)
  if (missing.length > 0 || live === undefined) return { missing }
  const writtenMs = writtenAtMs(live, 'spec')
  if (writtenMs === undefined) {
    return {
      missing: [`${objectName(branch)} does not tell when it was changed: managedFields are gone`],
    }
  }
  const parents = items(at(branch, 'spec', 'parentRefs')).map((parent) => seenBy(parent, live))
  if (parents.length === 0) return { missing: [`${objectName(branch)} has no parent to serve it`] }
  const missingParents = parents.flatMap((parent) => parent.missing)
  if (missingParents.length > 0) return { missing: missingParents }
  const times = [writtenMs, writtenAtMs(live, 'status'), ...parents.map(({ sinceMs }) => sinceMs)]
  return { missing: [], sinceMs: Math.max(...times.flatMap((time) => time ?? [])) }
}

/** What a route looks like to one of its parents, most often a Gateway. */
function seenBy(parent: unknown, route: KubernetesObject): SeenRoute {
  const entries = items(at(route, 'status', 'parents'))
    .filter((entry) => isSameParent(at(entry, 'parentRef'), parent, route))
    .map((entry) => judge(entry, parent, route))
  const none: SeenRoute = {
    missing: [`${parentName(parent, route)} has said nothing of ${objectName(route)}`],
  }
  // A controller that is no more may have left an entry of its own behind.
  return entries.find(({ missing }) => missing.length === 0) ?? entries[0] ?? none
}

/** What must be said of a route, and what it means if the opposite is. */
const CONDITIONS = [
  { type: 'Accepted', otherwise: 'does not accept' },
  { type: 'ResolvedRefs', otherwise: 'does not find all backends of' },
] as const

function judge(entry: unknown, parent: unknown, route: KubernetesObject): SeenRoute {
  const name = parentName(parent, route)
  const current = items(at(entry, 'conditions')).filter(
    (condition) => at(condition, 'observedGeneration') === at(route, 'metadata', 'generation'),
  )
  const find = (type: string) => current.find((condition) => at(condition, 'type') === type)
  const missing: string[] = []
  for (const { type, otherwise } of CONDITIONS) {
    const condition = find(type)
    if (condition === undefined) {
      missing.push(`${name} has not looked at ${objectName(route)} since it was changed: ${type}`)
    } else if (at(condition, 'status') !== 'True') {
      missing.push(`${name} ${otherwise} ${objectName(route)}${reasonOf(condition)}`)
    }
  }
  const partly = find('PartiallyInvalid')
  if (at(partly, 'status') === 'True') {
    missing.push(`${name} leaves out a part of ${objectName(route)}${reasonOf(partly)}`)
  }
  if (missing.length > 0) return { missing }
  const times = CONDITIONS.map(({ type }) =>
    Date.parse(text(at(find(type), 'lastTransitionTime')) ?? ''),
  )
  return { missing, sinceMs: Math.max(0, ...times.filter((time) => !Number.isNaN(time))) }
}

function reasonOf(condition: unknown): string {
  const parts = [at(condition, 'reason'), at(condition, 'message')].flatMap((part) => {
    const said = text(part)?.trim().replace(/\.$/, '')
    return said ? [said] : []
  })
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`
}

/** What a reference means, with the defaults of the API. */
const referenced = (parent: unknown, route: KubernetesObject) => ({
  group: at(parent, 'group') ?? 'gateway.networking.k8s.io',
  kind: at(parent, 'kind') ?? 'Gateway',
  namespace: at(parent, 'namespace') ?? route.metadata.namespace,
  name: at(parent, 'name'),
  sectionName: at(parent, 'sectionName'),
  port: at(parent, 'port'),
})

function isSameParent(a: unknown, b: unknown, route: KubernetesObject): boolean {
  const [one, other] = [referenced(a, route), referenced(b, route)]
  return (Object.keys(one) as (keyof typeof one)[]).every((field) => one[field] === other[field])
}

function parentName(parent: unknown, route: KubernetesObject): string {
  const { kind, namespace, name, sectionName } = referenced(parent, route)
  const listener = sectionName === undefined ? '' : ` (${sectionName})`
  return `${kind} ${namespace}/${name}${listener}`
}
