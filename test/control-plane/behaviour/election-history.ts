import { at, fields, items, text } from '../../../manifests/fields.ts'
import type { Cluster } from '../cluster.ts'
import { eventually } from '../eventually.ts'

export interface ElectionEvent {
  /** `leads` and `labelled` of a pod, and what is no longer so; `gone` from the API. */
  readonly what: 'leads' | 'leads no more' | 'labelled' | 'labelled no more' | 'gone'
  readonly pod: string
  /** When it was seen, on the clock of this process. */
  readonly atMs: number
}

const LEADER_LABEL = 'lockstep.dev/leader'

/**
 * What happened to the Lease of an app and to its pods, in the order in which it was written:
 * resourceVersions of one etcd are comparable, and watches of two kinds are not.
 */
export class ElectionHistory {
  readonly #events: (ElectionEvent & { readonly version: bigint })[] = []
  readonly #names = new Map<string, string>()
  readonly #labelled = new Set<string>()
  #holder = ''

  /** From now on until the test file ends. */
  static async watch(cluster: Cluster, app: string): Promise<ElectionHistory> {
    const history = new ElectionHistory()
    const namespace = await cluster.namespace()
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
    await cluster.watch(`${leases}?watch=true&fieldSelector=metadata.name%3D${app}`, (event) =>
      history.#recordLease(at(event, 'object')),
    )
    const label = `app.kubernetes.io%2Finstance%3D${app}`
    await cluster.watch(
      `/api/v1/namespaces/${namespace}/pods?watch=true&labelSelector=${label}`,
      (event) => history.#recordPod(at(event, 'type') === 'DELETED', at(event, 'object')),
    )
    return history
  }

  get events(): readonly ElectionEvent[] {
    return this.#events.toSorted((a, b) => Number(a.version - b.version))
  }

  /** Of the pod, or of any if there is none. */
  until(what: ElectionEvent['what'], pod?: string, within = 60): Promise<ElectionEvent> {
    return eventually(
      `${pod ?? 'a pod'} ${what}`,
      async () => this.#find(what, pod),
      (event) => event !== undefined,
      within,
      () => this.events.map((event) => `${event.pod} ${event.what}`),
    ) as Promise<ElectionEvent>
  }

  /** Whether the first has happened before the second. */
  isBefore(first: ElectionEvent, second: ElectionEvent): boolean {
    const { events } = this
    return events.indexOf(first) < events.indexOf(second)
  }

  /** Forgets what has happened, and not how things are. */
  forget(): void {
    this.#events.length = 0
  }

  #find(what: ElectionEvent['what'], pod: string | undefined): ElectionEvent | undefined {
    return this.events.find((event) => event.what === what && (pod ?? event.pod) === event.pod)
  }

  #recordLease(lease: unknown): void {
    const [uid = ''] = (text(at(lease, 'spec', 'holderIdentity')) ?? '').split('_')
    if (uid === this.#holder) return
    if (this.#holder !== '') this.#add('leads no more', this.#nameOf(this.#holder), lease)
    if (uid !== '') this.#add('leads', this.#nameOf(uid), lease)
    this.#holder = uid
  }

  #recordPod(isGone: boolean, pod: unknown): void {
    const name = text(at(pod, 'metadata', 'name')) ?? ''
    this.#names.set(text(at(pod, 'metadata', 'uid')) ?? '', name)
    const isLabelled = fields(at(pod, 'metadata', 'labels'))[LEADER_LABEL] === 'true'
    if (isGone) this.#add('gone', name, pod)
    else if (isLabelled !== this.#labelled.has(name)) {
      this.#add(isLabelled ? 'labelled' : 'labelled no more', name, pod)
    }
    if (isLabelled && !isGone) this.#labelled.add(name)
    else this.#labelled.delete(name)
  }

  #nameOf(uid: string): string {
    return this.#names.get(uid) ?? uid
  }

  #add(what: ElectionEvent['what'], pod: string, object: unknown): void {
    const version = BigInt(text(at(object, 'metadata', 'resourceVersion')) ?? '0')
    this.#events.push({ what, pod, atMs: performance.now(), version })
  }
}

/** Waits until a Service sends requests to these pods, and to no others. */
export const untilEndpointsAre = (
  cluster: Cluster,
  service: string,
  pods: readonly string[],
): Promise<unknown> =>
  eventually(
    `${service} sends requests to ${pods}`,
    () => readyEndpoints(cluster, service),
    (seen) => seen.join() === pods.join(),
  )

async function readyEndpoints(cluster: Cluster, service: string): Promise<readonly string[]> {
  const label = `kubernetes.io%2Fservice-name%3D${service}`
  const path = `/apis/discovery.k8s.io/v1/namespaces/${await cluster.namespace()}/endpointslices?labelSelector=${label}`
  const { body } = await cluster.send({ path })
  return items(at(body, 'items'))
    .flatMap((slice) => items(at(slice, 'endpoints')))
    .filter((endpoint) => at(endpoint, 'conditions', 'ready') === true)
    .map((endpoint) => text(at(endpoint, 'targetRef', 'name')) ?? '')
}
