import { at, fields, items, number } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { TRACKS_ANNOTATION, type TrackName } from '../../manifests/tracks.ts'
import { forEachOfKind, type Problem } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import { replicaRangeOf } from '../replica-range.ts'
import type { Rule } from '../rule.ts'
import { namespaceOf, type Workload } from '../workload.ts'

/** One rule of a route that splits requests between the tracks of an app. */
interface SplitRule {
  readonly field: string
  readonly canary: string
  /** Percent of the requests that match the rule. */
  readonly share: number
  readonly stablePods: readonly Workload[]
  readonly canaryPods: readonly Workload[]
}

/**
 * Compares the weights of a route with the pods behind them. Stable has as many as all requests need
 * while a rollout is in flight, so the canary must have its share of that.
 */
export const canaryCapacity: Rule = {
  id: 'canary/capacity',
  severity: 'error',
  title: 'A canary gets no more requests than its pods can carry',
  why: 'Requests fail, or overload the few pods that there are. It happens when a commit of a rollout is reverted whose pods have gone since.',
  check: forEachOfKind('gateway.networking.k8s.io/HTTPRoute', (route, objects) => {
    const rules = splitRules(route, objects)
    // Requests with a mark all go to the canary by a rule of their own; how many they are nobody knows.
    const share = Math.min(...rules.map((rule) => rule.share))
    return rules.flatMap((rule) => {
      if (rule.share === 0) return []
      if (rule.canaryPods.length === 0) return [withoutPods(rule)]
      return rule.share > share ? [] : tooFewPods(rule, objects)
    })
  }),
}

const REMEDY =
  'Bring the pods first, in a commit of their own, or take the weight back. To undo a step, revert the newest commit of the rollout and no older one, or `lockstep rollout abort`'

const withoutPods = ({ field, canary, share }: SplitRule): Problem => ({
  field,
  message: `${percent(share)} of the requests go to Service ${canary}, and no workload has pods for it`,
  remedy: REMEDY,
})

function tooFewPods(rule: SplitRule, objects: ObjectSet): readonly Problem[] {
  const { field, canary, share } = rule
  const [need, there] = [rule.stablePods, rule.canaryPods].map((pods) => fewest(pods, objects))
  if (need === undefined || there === undefined) return []
  const wanted = Math.ceil((need * share) / 100)
  if (there >= wanted) return []
  return [
    {
      field,
      message: `${percent(share)} of the requests go to Service ${canary}, which has ${there} pods at least and needs ${wanted} of the ${need} that all requests need`,
      remedy: REMEDY,
    },
  ]
}

const percent = (share: number): string => `${Math.round(share * 10) / 10} %`

/** Pods that workloads have together at the least; `undefined` if nobody says. */
function fewest(workloads: readonly Workload[], objects: ObjectSet): number | undefined {
  const ranges = workloads.flatMap((workload) => replicaRangeOf(workload, objects) ?? [])
  return ranges.length === 0 ? undefined : ranges.reduce((sum, { min }) => sum + min, 0)
}

function splitRules(route: KubernetesObject, objects: ObjectSet): readonly SplitRule[] {
  const namespace = namespaceOf(route)
  return items(at(route, 'spec', 'rules')).flatMap((rule, index): readonly SplitRule[] => {
    const backends = items(at(rule, 'backendRefs')).map((backend) => ({
      name: String(fields(backend).name),
      weight: number(at(backend, 'weight')) ?? 1,
    }))
    const total = backends.reduce((sum, { weight }) => sum + weight, 0)
    const [stable, canary] = (['stable', 'canary'] as const).map((track) =>
      backends.find(({ name }) => isForTrack(name, track, namespace, objects)),
    )
    if (stable === undefined || canary === undefined || total === 0) return []
    return [
      {
        field: `spec.rules[${index}].backendRefs`,
        canary: canary.name,
        share: (100 * canary.weight) / total,
        stablePods: podsOf(stable.name, namespace, objects),
        canaryPods: podsOf(canary.name, namespace, objects),
      },
    ]
  })
}

const isForTrack = (
  service: string,
  track: TrackName,
  namespace: string,
  objects: ObjectSet,
): boolean =>
  objects.find('', 'Service', namespace, service)?.object.metadata.annotations?.[
    TRACKS_ANNOTATION
  ] === track

function podsOf(service: string, namespace: string, objects: ObjectSet): readonly Workload[] {
  const found = objects.find('', 'Service', namespace, service)?.object
  return objects.pods.selectedByMap(namespace, at(found, 'spec', 'selector'))
}
