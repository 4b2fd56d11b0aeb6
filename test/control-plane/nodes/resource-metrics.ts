import { at, items } from '../../../manifests/fields.ts'
import type { ServedMetrics } from './metrics-api.ts'
import { podsOf, readSaidMetrics, runningPods, share } from './said-metrics.ts'

const GROUP_VERSION = 'metrics.k8s.io/v1beta1'

/** What pods use, as metrics-server says it. */
export const RESOURCE_METRICS: ServedMetrics = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  resource: { name: 'pods', namespaced: true, kind: 'PodMetrics', verbs: ['list'] },
  async answer(client, namespace, [resource, name], query) {
    if (resource !== 'pods' || name !== undefined) return undefined
    const [said, pods] = await Promise.all([
      readSaidMetrics(client, namespace),
      runningPods(client, namespace, query),
    ])
    const metrics = said.flatMap((metrics) => {
      const { cpu } = metrics.values
      if (cpu === undefined) return []
      const users = podsOf(metrics, pods)
      return users.map((pod) => usageOf(pod, share(cpu, users.length)))
    })
    return { kind: 'PodMetricsList', apiVersion: GROUP_VERSION, metadata: {}, items: metrics }
  },
}

const usageOf = (pod: unknown, cpu: number): object => ({
  metadata: {
    name: at(pod, 'metadata', 'name'),
    namespace: at(pod, 'metadata', 'namespace'),
    labels: at(pod, 'metadata', 'labels'),
  },
  timestamp: new Date().toISOString(),
  window: '1s',
  containers: items(at(pod, 'spec', 'containers')).map((container) => ({
    name: at(container, 'name'),
    usage: { cpu: `${cpu}m`, memory: '1Mi' },
  })),
})
