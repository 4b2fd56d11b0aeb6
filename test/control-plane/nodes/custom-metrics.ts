import { at } from '../../../manifests/fields.ts'
import type { ApiClient } from '../api-client.ts'
import type { ServedMetrics } from './metrics-api.ts'
import { podsOf, readSaidMetrics, runningPods, share } from './said-metrics.ts'

const GROUP_VERSION = 'custom.metrics.k8s.io/v1beta2'

/** What apps say about themselves, as an adapter of a metric store says it. */
export const CUSTOM_METRICS: ServedMetrics = {
  group: 'custom.metrics.k8s.io',
  version: 'v1beta2',
  resource: { name: 'pods/any', namespaced: true, kind: 'MetricValueList', verbs: ['get'] },
  async answer(client, namespace, [resource, name, metric], query) {
    if (resource === undefined || name === undefined || metric === undefined) return undefined
    const values =
      resource === 'pods' && name === '*'
        ? await valuesOfPods(client, namespace, metric, query)
        : await valuesOfObject(client, namespace, { resource, name, metric })
    // As an adapter: nothing is known of a metric that nobody has reported.
    if (values.length === 0) return undefined
    return { kind: 'MetricValueList', apiVersion: GROUP_VERSION, metadata: {}, items: values }
  },
}

async function valuesOfPods(
  client: ApiClient,
  namespace: string,
  metric: string,
  query: string,
): Promise<readonly object[]> {
  const [said, pods] = await Promise.all([
    readSaidMetrics(client, namespace),
    runningPods(client, namespace, query),
  ])
  return said.flatMap((metrics) => {
    const amount = metrics.values.pods?.[metric]
    if (amount === undefined) return []
    const reporting = podsOf(metrics, pods)
    return reporting.map((pod) => {
      const name = at(pod, 'metadata', 'name')
      const described = { apiVersion: 'v1', kind: 'Pod', namespace, name }
      return metricValue(described, metric, share(amount, reporting.length))
    })
  })
}

async function valuesOfObject(
  client: ApiClient,
  namespace: string,
  wanted: { readonly resource: string; readonly name: string; readonly metric: string },
): Promise<readonly object[]> {
  const said = await readSaidMetrics(client, namespace)
  return said.flatMap(({ apiVersion, kind, name, resource, values }) => {
    const value = values.itself?.[wanted.metric]
    if (value === undefined || name !== wanted.name || resource !== wanted.resource) return []
    return [metricValue({ apiVersion, kind, namespace, name }, wanted.metric, value)]
  })
}

const metricValue = (describedObject: object, metric: string, value: number): object => ({
  describedObject,
  metric: { name: metric },
  timestamp: new Date().toISOString(),
  value: String(value),
})
