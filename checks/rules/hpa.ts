import { at, fields, items, number, text } from '../../manifests/fields.ts'
import { describeIdentity, groupOf, identityOf } from '../../manifests/identity.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { forEachOfKind, forEachWorkload } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import type { Rule } from '../rule.ts'
import { namespaceOf, type Workload } from '../workload.ts'
import { nobodyMakes } from './pod-reference.ts'

const KIND = 'autoscaling/HorizontalPodAutoscaler'

/** The workload that an autoscaler scales, if it is here. */
const targetOf = (hpa: KubernetesObject, objects: ObjectSet): Workload | undefined =>
  objects.targetOf(namespaceOf(hpa), at(hpa, 'spec', 'scaleTargetRef'))

/** A resource whose use an autoscaler measures as a share of what was requested. */
interface ResourceMetric {
  readonly resource: string
  /** Container that is measured; absent for the sum of all. */
  readonly container?: string
  readonly field: string
}

function resourceMetricsOf(hpa: KubernetesObject): ResourceMetric[] {
  const spec = fields(hpa.spec)
  if (spec.targetCPUUtilizationPercentage !== undefined) {
    return [{ resource: 'cpu', field: 'spec.targetCPUUtilizationPercentage' }]
  }
  return items(spec.metrics).flatMap((metric, index) => {
    const container = fields(at(metric, 'containerResource'))
    const source = at(metric, 'type') === 'ContainerResource' ? container : at(metric, 'resource')
    const resource = text(at(source, 'name'))
    if (resource === undefined || at(source, 'target', 'type') !== 'Utilization') return []
    const name = text(container.container)
    return {
      resource,
      ...(name !== undefined && { container: name }),
      field: `spec.metrics[${index}]`,
    }
  })
}

const withReplicas: Rule = {
  id: 'hpa/with-replicas',
  severity: 'error',
  title: 'A workload that is autoscaled has no `replicas` of its own',
  why: 'Every sync sets the number back to the one in Git, and 0 switches the autoscaler off. Under load that means an outage at each commit.',
  peers: ['kube-score/deployment-targeted-by-hpa-does-not-have-replicas-configured'],
  check: forEachWorkload((workload, objects) => {
    const replicas = at(workload.object, 'spec', 'replicas')
    if (replicas === undefined || objects.autoscalersOf(workload).length === 0) return undefined
    return {
      field: 'spec.replicas',
      message: `\`replicas: ${String(replicas)}\` and an autoscaler want different things`,
      remedy:
        'Remove the field. If it is live already, first let the autoscaler own the value, or the workload drops to 1 pod',
    }
  }),
}

const target: Rule = {
  id: 'hpa/target',
  severity: 'error',
  needsWholeSet: true,
  title: 'The target of an autoscaler is made by somebody',
  why: 'The autoscaler does nothing but report FailedGetScale.',
  peers: [
    'kube-score/horizontalpodautoscaler-has-target',
    'kube-linter/dangling-horizontalpodautoscaler',
  ],
  check: forEachOfKind(KIND, (hpa, objects) => {
    const { apiVersion, kind, name } = fields(at(hpa, 'spec', 'scaleTargetRef'))
    if (typeof kind !== 'string' || typeof name !== 'string') return undefined
    const group = groupOf(text(apiVersion) ?? '')
    const identity = { group, kind, namespace: namespaceOf(hpa), name }
    return objects.has(identity) ? undefined : nobodyMakes(identity, 'spec.scaleTargetRef')
  }),
}

const requestsMissing: Rule = {
  id: 'hpa/requests-missing',
  severity: 'error',
  title: 'Every container of a workload that scales by use of a resource requests that resource',
  why: 'Use is measured as a share of the request. If one container has none, the autoscaler cannot compute it and stops scaling.',
  check: forEachOfKind(KIND, (hpa, objects) => {
    const workload = targetOf(hpa, objects)
    if (workload === undefined || workload.podSpec.resources !== undefined) return undefined
    return resourceMetricsOf(hpa).flatMap(({ resource, container, field }) => {
      const without = workload.containers
        .filter(
          ({ role, name }) => role !== 'init' && (container === undefined || name === container),
        )
        // A limit without a request is the request too.
        .filter(
          ({ spec }) =>
            at(spec.resources, 'requests', resource) === undefined &&
            at(spec.resources, 'limits', resource) === undefined,
        )
        .map(({ name }) => name)
      if (without.length === 0) return []
      return {
        field,
        message: `${describeIdentity(identityOf(workload.object))} requests no ${resource} for: ${without.join(', ')}`,
        remedy: `Add \`resources.requests.${resource}\` to each of its containers`,
      }
    })
  }),
}

const metricContainer: Rule = {
  id: 'hpa/metric-container',
  severity: 'error',
  title: 'An autoscaler measures a container that exists',
  why: 'It cannot compute the metric and stops scaling. So does renaming a container before the autoscaler knows the new name.',
  check: forEachOfKind(KIND, (hpa, objects) => {
    const workload = targetOf(hpa, objects)
    if (workload === undefined) return undefined
    return items(at(hpa, 'spec', 'metrics')).flatMap((metric, index) => {
      const name = text(at(metric, 'containerResource', 'container'))
      if (name === undefined || workload.containers.some((entry) => entry.name === name)) return []
      return {
        field: `spec.metrics[${index}].containerResource.container`,
        message: `${describeIdentity(identityOf(workload.object))} has no container '${name}'`,
        remedy: `Use one of: ${workload.containers.map((entry) => entry.name).join(', ')}`,
      }
    })
  }),
}

const boundsOf = (hpa: KubernetesObject) => ({
  min: number(at(hpa, 'spec', 'minReplicas')) ?? 1,
  max: number(at(hpa, 'spec', 'maxReplicas')) ?? Number.POSITIVE_INFINITY,
})

const bounds: Rule = {
  id: 'hpa/bounds',
  severity: 'error',
  title: "An autoscaler's maximum is not below its minimum",
  why: 'The API server refuses it.',
  check: forEachOfKind(KIND, (hpa) => {
    const { min, max } = boundsOf(hpa)
    if (max >= min && max >= 1) return undefined
    return {
      field: 'spec.maxReplicas',
      message: `\`maxReplicas: ${max}\` is below \`minReplicas: ${min}\``,
      remedy: 'Raise the maximum',
    }
  }),
}

const cannotScale: Rule = {
  id: 'hpa/cannot-scale',
  severity: 'warning',
  title: "An autoscaler's maximum is above its minimum",
  why: 'It looks as if the app could grow, and it cannot.',
  peers: ['polaris/hpaMaxAvailability'],
  check: forEachOfKind(KIND, (hpa) => {
    const { min, max } = boundsOf(hpa)
    if (min !== max) return undefined
    return {
      field: 'spec.maxReplicas',
      message: `The number of pods is always ${min}`,
      remedy: 'Raise `maxReplicas`, or remove the autoscaler and write `replicas`',
    }
  }),
}

const minReplicas: Rule = {
  id: 'hpa/min-replicas',
  severity: 'warning',
  title: 'An autoscaler keeps at least two pods',
  why: 'With one pod a node failure or a drain is an outage, at the quietest hour of all.',
  peers: ['kube-score/horizontalpodautoscaler-replicas', 'polaris/hpaMinAvailability'],
  check: forEachOfKind(KIND, (hpa) => {
    const { min } = boundsOf(hpa)
    if (min !== 1) return undefined
    return {
      field: 'spec.minReplicas',
      message: 'The autoscaler may go down to 1 pod',
      remedy: 'Write `minReplicas: 2` or more; 3 for one in each zone',
    }
  }),
}

const minZero: Rule = {
  id: 'hpa/min-zero',
  severity: 'error',
  title: 'An autoscaler that may go down to zero pods has a metric from outside of them',
  why: 'Without pods there is no use of CPU or memory to measure, so it would never come back. The API server refuses it.',
  check: forEachOfKind(KIND, (hpa) => {
    if (boundsOf(hpa).min !== 0) return undefined
    const outside = items(at(hpa, 'spec', 'metrics')).some((metric) =>
      ['Object', 'External'].includes(String(at(metric, 'type'))),
    )
    if (outside) return undefined
    return {
      field: 'spec.minReplicas',
      message: 'The autoscaler may go down to 0 pods and measures only pods',
      remedy: 'Write `minReplicas: 2`, or add an `External` metric, as the length of a queue',
    }
  }),
}

const memoryOnly: Rule = {
  id: 'hpa/memory-only',
  severity: 'warning',
  title: 'An autoscaler measures something that falls when pods are added',
  why: 'Most runtimes never give memory back, so more pods do not lower it: the autoscaler runs up to its maximum and stays there.',
  check: forEachOfKind(KIND, (hpa) => {
    const metrics = items(at(hpa, 'spec', 'metrics'))
    const isMemory = (metric: unknown) =>
      (text(at(metric, 'resource', 'name')) ?? text(at(metric, 'containerResource', 'name'))) ===
      'memory'
    if (metrics.length === 0 || !metrics.every(isMemory)) return undefined
    return {
      field: 'spec.metrics',
      message: 'Memory is the only metric',
      remedy: 'Scale by CPU, requests per second or the length of a queue',
    }
  }),
}

const twoScalers: Rule = {
  id: 'hpa/two-scalers',
  severity: 'error',
  title: 'One autoscaler scales a workload',
  why: 'Two of them set the same field to different values in turn.',
  check: forEachWorkload((workload, objects) => {
    const scalers = objects.autoscalersOf(workload)
    if (scalers.length < 2) return undefined
    const names = scalers.map(({ object }) => describeIdentity(identityOf(object))).sort()
    return {
      message: `It is scaled by ${names.join(' and ')}`,
      remedy: 'Keep one; it may have several metrics',
    }
  }),
}

export const hpaRules: readonly Rule[] = [
  withReplicas,
  target,
  requestsMissing,
  metricContainer,
  bounds,
  cannotScale,
  minReplicas,
  minZero,
  memoryOnly,
  twoScalers,
]
