import { at, type Fields, fields, items } from '../manifests/fields.ts'
import { groupOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { CookieMatch, RequestMatch } from './step.ts'
import { FULL_WEIGHT, type StepState } from './step-state.ts'

/** Names of the Services that select the pods of one track each. */
export interface TrackServices {
  readonly stableService: string
  readonly canaryService: string
}

export interface RouteShareProps extends TrackServices {
  readonly state: Pick<StepState, 'weight' | 'matches'>
}

/** Kinds of routes that can be told how to split requests, and how. One function for each. */
const ROUTERS: Readonly<
  Record<string, (route: KubernetesObject, props: RouteShareProps) => KubernetesObject>
> = {
  'gateway.networking.k8s.io/HTTPRoute': shareHttpRoute,
}

const typeOf = ({ apiVersion, kind }: KubernetesObject): string => `${groupOf(apiVersion)}/${kind}`

/** Whether `shareRoute` knows this kind of object. */
export const isShareable = (object: KubernetesObject): boolean => typeOf(object) in ROUTERS

/** Whether a route splits requests between the tracks, so that its weights are those of a rollout. */
export const isShared = (route: KubernetesObject, services: TrackServices): boolean =>
  isShareable(route) && items(at(route, 'spec', 'rules')).some((rule) => namesBoth(rule, services))

/**
 * A route as it is at rest, with the canary's share in it: weights on every rule that names both
 * Services, and a rule ahead of it for each match. Objects that are no route, and rules that do not
 * name both, stay as they are.
 */
export const shareRoute = (route: KubernetesObject, props: RouteShareProps): KubernetesObject =>
  ROUTERS[typeOf(route)]?.(route, props) ?? route

function shareHttpRoute(route: KubernetesObject, props: RouteShareProps): KubernetesObject {
  const spec = fields(route.spec)
  const rules = items(spec.rules).flatMap((rule) => shareRule(fields(rule), props))
  return { ...route, spec: { ...spec, rules } }
}

function namesBoth(rule: unknown, { stableService, canaryService }: TrackServices): boolean {
  const names = items(at(rule, 'backendRefs')).map((backend) => at(backend, 'name'))
  return names.includes(stableService) && names.includes(canaryService)
}

function shareRule(rule: Fields, props: RouteShareProps): Fields[] {
  const { stableService, canaryService, state } = props
  if (!namesBoth(rule, props)) return [rule]
  const backends = items(rule.backendRefs).map(fields)
  const shared = (weight: number): Fields[] =>
    backends.map((backend) => {
      if (backend.name === canaryService) return { ...backend, weight }
      if (backend.name === stableService) return { ...backend, weight: FULL_WEIGHT - weight }
      return backend
    })
  const marked = state.matches.map((match) => ({
    ...rule,
    matches: matchesOf(rule).map((conditions) => withMark(conditions, match)),
    backendRefs: shared(FULL_WEIGHT),
  }))
  return [...marked, { ...rule, backendRefs: shared(state.weight) }]
}

/** A rule without matches takes every request. */
function matchesOf(rule: Fields): Fields[] {
  const matches = items(rule.matches).map(fields)
  return matches.length === 0 ? [{}] : matches
}

/** Gateway API prefers the rule that asks for more headers, so the mark wins over the same path. */
const withMark = (conditions: Fields, match: RequestMatch): Fields => ({
  ...conditions,
  headers: [...items(conditions.headers), headerOf(match)],
})

/** Cookies are one header; which regular expressions a gateway takes is its own affair, RE2 mostly. */
const headerOf = (match: RequestMatch): Fields =>
  'header' in match
    ? { type: 'Exact', name: match.header, value: match.value }
    : {
        type: 'RegularExpression',
        name: 'Cookie',
        value: cookiePattern(match),
      }

/** What the header `Cookie` is like that has this one among others. */
export const cookiePattern = ({ cookie, value }: CookieMatch): string =>
  `^(.*;\\s*)?${escaped(cookie)}=${escaped(value)}(;.*)?$`

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
