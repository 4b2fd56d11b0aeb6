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

interface Router {
  /** A route as it is at rest, with a share. */
  readonly share: (route: KubernetesObject, props: RouteShareProps) => KubernetesObject
  /** A route as it runs, without the canary's share. */
  readonly withdraw: (route: KubernetesObject, services: TrackServices) => KubernetesObject
}

/** Kinds of routes that can be told how to split requests, and how. One entry for each. */
const ROUTERS: Readonly<Record<string, Router>> = {
  'gateway.networking.k8s.io/HTTPRoute': { share: shareHttpRoute, withdraw: withdrawHttpRoute },
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
  ROUTERS[typeOf(route)]?.share(route, props) ?? route

/**
 * A route as it runs, whatever its share is, with all requests on stable: the same rules, of which none
 * that names both Services sends anything to the canary.
 */
export const withdrawShare = (route: KubernetesObject, services: TrackServices): KubernetesObject =>
  ROUTERS[typeOf(route)]?.withdraw(route, services) ?? route

function shareHttpRoute(route: KubernetesObject, props: RouteShareProps): KubernetesObject {
  return withRules(route, (rule) => shareRule(rule, props))
}

function withdrawHttpRoute(route: KubernetesObject, services: TrackServices): KubernetesObject {
  return withRules(route, (rule) => [
    namesBoth(rule, services) ? withWeight(rule, services, 0) : rule,
  ])
}

function withRules(
  route: KubernetesObject,
  change: (rule: Fields) => readonly Fields[],
): KubernetesObject {
  const spec = fields(route.spec)
  return { ...route, spec: { ...spec, rules: items(spec.rules).map(fields).flatMap(change) } }
}

function namesBoth(rule: unknown, { stableService, canaryService }: TrackServices): boolean {
  const names = items(at(rule, 'backendRefs')).map((backend) => at(backend, 'name'))
  return names.includes(stableService) && names.includes(canaryService)
}

function shareRule(rule: Fields, props: RouteShareProps): Fields[] {
  const { state } = props
  if (!namesBoth(rule, props)) return [rule]
  const marked = state.matches.map((match) => ({
    ...withWeight(rule, props, FULL_WEIGHT),
    matches: matchesOf(rule).map((conditions) => withMark(conditions, match)),
  }))
  return [...marked, withWeight(rule, props, state.weight)]
}

function withWeight(
  rule: Fields,
  { stableService, canaryService }: TrackServices,
  weight: number,
): Fields {
  const backendRefs = items(rule.backendRefs)
    .map(fields)
    .map((backend) => {
      if (backend.name === canaryService) return { ...backend, weight }
      if (backend.name === stableService) return { ...backend, weight: FULL_WEIGHT - weight }
      return backend
    })
  return { ...rule, backendRefs }
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
