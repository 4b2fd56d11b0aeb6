import { at, items } from '../../manifests/fields.ts'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { type Labels, selects } from '../../manifests/label-selector.ts'
import { forEachOfKind } from '../for-each.ts'
import type { Rule } from '../rule.ts'
import { namespaceOf } from '../workload.ts'

/** Whether the monitor looks into a namespace: its own, or those that it names. */
function looksInto(monitor: KubernetesObject, namespace: string): boolean {
  const selector = at(monitor, 'spec', 'namespaceSelector')
  if (!isRecord(selector)) return namespaceOf(monitor) === namespace
  return selector.any === true || items(selector.matchNames).includes(namespace)
}

const serviceMonitorDangling: Rule = {
  id: 'observability/servicemonitor-dangling',
  severity: 'warning',
  title: 'A ServiceMonitor finds a Service with the ports that it scrapes',
  why: 'Prometheus scrapes nothing, so no alert can fire and no canary can be judged.',
  peers: ['kube-linter/dangling-servicemonitor'],
  check: forEachOfKind('monitoring.coreos.com/ServiceMonitor', (monitor, objects) => {
    const services = objects
      .ofKind('', 'Service')
      .map(({ object }) => object)
      .filter(
        (service) =>
          looksInto(monitor, namespaceOf(service)) &&
          selects(at(monitor, 'spec', 'selector'), (service.metadata.labels ?? {}) as Labels),
      )
    if (services.length === 0) {
      return {
        field: 'spec.selector',
        message: 'The selector selects no Service',
        remedy: "Select labels of the Service's own metadata, not of its pods",
      }
    }
    const names = services.flatMap((service) =>
      items(at(service, 'spec', 'ports')).map((port) => at(port, 'name')),
    )
    return items(at(monitor, 'spec', 'endpoints')).flatMap((endpoint, index) => {
      const port = at(endpoint, 'port')
      if (typeof port !== 'string' || names.includes(port)) return []
      return {
        field: `spec.endpoints[${index}].port`,
        message: `No selected Service has a port called '${port}'`,
        remedy: 'Use the name of a port of the Service',
      }
    })
  }),
}

export const observabilityRules: readonly Rule[] = [serviceMonitorDangling]
