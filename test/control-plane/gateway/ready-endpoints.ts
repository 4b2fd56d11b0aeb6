import { at, items, text } from '../../../manifests/fields.ts'
import type { Cluster } from '../cluster.ts'

/** Which Services of a namespace have a pod that takes requests, by their EndpointSlices. */
export class ReadyEndpoints {
  readonly #slices = new Map<string, { readonly service: string; readonly ready: number }>()

  static async watch(cluster: Cluster, namespace: string): Promise<ReadyEndpoints> {
    const endpoints = new ReadyEndpoints()
    await cluster.watch(
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?watch=1`,
      (event) => endpoints.#notice(event),
    )
    return endpoints
  }

  countOf(service: string): number {
    return [...this.#slices.values()]
      .filter((slice) => slice.service === service)
      .reduce((sum, { ready }) => sum + ready, 0)
  }

  #notice(event: unknown): void {
    const slice = at(event, 'object')
    const name = text(at(slice, 'metadata', 'name')) ?? ''
    const service = text(at(slice, 'metadata', 'labels', 'kubernetes.io/service-name')) ?? ''
    const ready = items(at(slice, 'endpoints')).filter(
      (endpoint) => at(endpoint, 'conditions', 'ready') === true,
    ).length
    if (at(event, 'type') === 'DELETED') this.#slices.delete(name)
    else this.#slices.set(name, { service, ready })
  }
}
