import { at, fields, items } from '../../../manifests/fields.ts'
import type { ApiClient } from '../api-client.ts'

/** ConfigMap of a namespace in which tests write what its metrics are. */
export const SAID_METRICS = 'said-metrics'

/** Of each, or of all together: then it is less for each when there are more, as of requests. */
export type Amount = number | { readonly shared: number }

export interface MetricValues {
  /** What each container of the object's pods uses, in thousandths of a core. */
  readonly cpu?: Amount
  /** Custom metrics of the object's pods, by their names. */
  readonly pods?: Readonly<Record<string, Amount>>
  /** Custom metrics of the object itself, by their names. */
  readonly itself?: Readonly<Record<string, number>>
}

/** What a test said of one object. */
export interface SaidMetrics {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** As the custom metrics API names what it is about: `services`, `deployments.apps`. */
  readonly resource: string
  /** Its pods. */
  readonly matchLabels: Readonly<Record<string, unknown>>
  readonly values: MetricValues
}

export async function readSaidMetrics(
  client: ApiClient,
  namespace: string,
): Promise<readonly SaidMetrics[]> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/${SAID_METRICS}`
  const { body } = await client.send({ path })
  return Object.values(fields(at(body, 'data'))).map((said) => JSON.parse(String(said)))
}

/** The running pods of a namespace that a query like `?labelSelector=…` finds. */
export async function runningPods(
  client: ApiClient,
  namespace: string,
  query: string,
): Promise<readonly unknown[]> {
  const { body } = await client.send({ path: `/api/v1/namespaces/${namespace}/pods${query}` })
  return items(at(body, 'items')).filter((pod) => at(pod, 'status', 'phase') === 'Running')
}

export function podsOf({ matchLabels }: SaidMetrics, pods: readonly unknown[]): readonly unknown[] {
  const wanted = Object.entries(matchLabels)
  return pods.filter((pod) => {
    const labels = fields(at(pod, 'metadata', 'labels'))
    return wanted.every(([name, value]) => labels[name] === value)
  })
}

/** Of each of so many. */
export const share = (amount: Amount, count: number): number =>
  typeof amount === 'number' ? amount : Math.round(amount.shared / count)
