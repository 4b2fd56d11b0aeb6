import { at, items, text } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'

/** What a route can look at of a request. */
export interface SteeredRequest {
  readonly host: string
  readonly path: string
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** Services by weight, for one request. */
export interface Shares {
  /** Whose turns are counted together: one rule of one route, as long as it stays as it is. */
  readonly key: string
  readonly shares: ReadonlyMap<string, number>
}

/**
 * Where HTTPRoutes send a request, by the rules of Gateway API for hosts, paths and headers: an exact
 * path first, then the longest prefix, then the most headers, then whatever comes first. `undefined`
 * if none of them takes it.
 *
 * @throws if a rule has conditions or filters that are not played
 */
export function steerRequest(
  routes: readonly KubernetesObject[],
  request: SteeredRequest,
): Shares | undefined {
  const candidates = routes
    .filter((route) => isForHost(route, request.host))
    .flatMap((route) => items(at(route, 'spec', 'rules')).map((rule) => ({ route, rule })))
    .map(({ route, rule }) => ({ route, rule, rank: rankOf(rule, request) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => compareRanks(b.rank!, a.rank!))
  const [first] = candidates
  if (first === undefined) return undefined
  const backends = items(at(first.rule, 'backendRefs'))
  const { namespace, name } = first.route.metadata
  return {
    key: `${namespace}/${name} ${JSON.stringify(first.rule)}`,
    shares: new Map(
      backends.map((backend) => [
        text(at(backend, 'name')) ?? '',
        Number(at(backend, 'weight') ?? 1),
      ]),
    ),
  }
}

const isForHost = (route: KubernetesObject, host: string): boolean => {
  const hostnames = items(at(route, 'spec', 'hostnames'))
  return hostnames.length === 0 || hostnames.includes(host.split(':')[0])
}

/** How closely a rule describes a request: exact path, length of the prefix, number of headers. */
type Rank = readonly [number, number, number]

function rankOf(rule: unknown, request: SteeredRequest): Rank | undefined {
  refuseUnplayed(rule, ['name', 'matches', 'backendRefs'])
  const matches = items(at(rule, 'matches'))
  const ranks = (matches.length === 0 ? [{}] : matches).flatMap((match) => {
    const rank = rankOfMatch(match, request)
    return rank === undefined ? [] : [rank]
  })
  return ranks.sort(compareRanks).at(-1)
}

function rankOfMatch(match: unknown, { path, headers }: SteeredRequest): Rank | undefined {
  refuseUnplayed(match, ['path', 'headers'])
  const wanted = text(at(match, 'path', 'value')) ?? '/'
  const isExact = at(match, 'path', 'type') === 'Exact'
  const [own = '/'] = path.split('?')
  const isPath = isExact ? own === wanted : isBelow(own, wanted)
  const conditions = items(at(match, 'headers'))
  const areHeaders = conditions.every((condition) => {
    const value = String(headers[(text(at(condition, 'name')) ?? '').toLowerCase()] ?? '')
    const expected = text(at(condition, 'value')) ?? ''
    return at(condition, 'type') === 'RegularExpression'
      ? new RegExp(expected).test(value)
      : value === expected
  })
  return isPath && areHeaders ? [Number(isExact), wanted.length, conditions.length] : undefined
}

/** Prefixes are of whole segments. */
const isBelow = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)

function refuseUnplayed(part: unknown, known: readonly string[]): void {
  const unknown = Object.keys(part as object).filter((field) => !known.includes(field))
  if (unknown.length > 0) throw new Error(`The gateway stand-in does not play ${unknown.join()}`)
}

function compareRanks(a: Rank, b: Rank): number {
  const differing = a.findIndex((part, index) => part !== b[index])
  return differing < 0 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0)
}
