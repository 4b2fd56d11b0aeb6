import { at, items, text } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { forEachOfKind } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import { replicaRangeOf } from '../replica-range.ts'
import type { Rule } from '../rule.ts'
import { namespaceOf, type Workload } from '../workload.ts'

const KIND = 'autoscaling.k8s.io/VerticalPodAutoscaler'

const modeOf = (vpa: KubernetesObject): string =>
  text(at(vpa, 'spec', 'updatePolicy', 'updateMode')) ?? 'Auto'

const targetOf = (vpa: KubernetesObject, objects: ObjectSet): Workload | undefined =>
  objects.targetOf(namespaceOf(vpa), at(vpa, 'spec', 'targetRef'))

const autoDeprecated: Rule = {
  id: 'vpa/auto-deprecated',
  severity: 'warning',
  title: 'A VerticalPodAutoscaler says how it applies what it recommends',
  why: 'The mode `Auto` is deprecated and is what a missing mode means: today it evicts pods, later it may resize them in place.',
  check: forEachOfKind(KIND, (vpa) =>
    modeOf(vpa) === 'Auto'
      ? {
          field: 'spec.updatePolicy.updateMode',
          message: 'The update mode is `Auto`',
          remedy: 'Write `Off` to only recommend, or `Recreate` or `InPlaceOrRecreate`',
        }
      : undefined,
  ),
}

const evictsSingleton: Rule = {
  id: 'vpa/evicts-singleton',
  severity: 'warning',
  title: 'A VerticalPodAutoscaler does not evict the only pod of a workload',
  why: 'Each new recommendation is an outage.',
  check: forEachOfKind(KIND, (vpa, objects) => {
    if (!['Auto', 'Recreate', 'InPlaceOrRecreate'].includes(modeOf(vpa))) return undefined
    const workload = targetOf(vpa, objects)
    const range = workload === undefined ? undefined : replicaRangeOf(workload, objects)
    if (workload === undefined || range === undefined || range.min >= 2) return undefined
    return {
      field: 'spec.updatePolicy.updateMode',
      message: `\`${modeOf(vpa)}\` may evict the only pod of ${workload.kind} ${workload.name}`,
      remedy: 'Write `Off` or `Initial`, or run two pods under a PodDisruptionBudget',
    }
  }),
}

const withHpa: Rule = {
  id: 'vpa/with-hpa-same-metric',
  severity: 'error',
  title: 'Not both a horizontal and a vertical autoscaler act on CPU or memory of one workload',
  why: 'The vertical one changes the request that the horizontal one measures against, and the two drive each other.',
  check: forEachOfKind(KIND, (vpa, objects) => {
    if (modeOf(vpa) === 'Off') return undefined
    const workload = targetOf(vpa, objects)
    if (workload === undefined) return undefined
    const measured = objects
      .autoscalersOf(workload)
      .flatMap(({ object }) => items(at(object, 'spec', 'metrics')))
      .map((metric) => at(metric, 'resource', 'name') ?? at(metric, 'containerResource', 'name'))
    const shared = controlledBy(vpa).filter((resource) => measured.includes(resource))
    if (shared.length === 0) return undefined
    return {
      field: 'spec.updatePolicy.updateMode',
      message: `Both autoscalers of ${workload.kind} ${workload.name} act on ${shared.join(' and ')}`,
      remedy: 'Write `Off`, or take the resource out of `controlledResources`',
    }
  }),
}

function controlledBy(vpa: KubernetesObject): readonly string[] {
  const policies = items(at(vpa, 'spec', 'resourcePolicy', 'containerPolicies'))
  const listed = policies.flatMap((policy) => items(at(policy, 'controlledResources')))
  return listed.length === 0 ? ['cpu', 'memory'] : listed.map(String)
}

export const vpaRules: readonly Rule[] = [autoDeprecated, evictsSingleton, withHpa]
