import type { KubernetesObjectAnswer } from '../kubernetes/answer.ts'
import type { KubernetesClient, KubernetesRequest } from '../kubernetes/kubernetes-client.ts'
import { type Clock, systemClock } from './clock.ts'
import { isStatus, storeError } from './kubernetes-failures.ts'
import { bodyOf, leaseOf } from './kubernetes-lease.ts'
import type { LeaseListing } from './lease-listing.ts'
import type { LeaseName } from './lease-name.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { LeaseReading, LeaseStore, StoredLease } from './lease-store.ts'
import { LeaseConflictError, LeaseMissingError, LeaseStoreError } from './lease-store-errors.ts'
import { LeaseWatches } from './lease-watches.ts'

export interface KubernetesLeaseStoreProps {
  readonly client: KubernetesClient
  /**
   * To be raised by whoever restores the cluster's etcd from a copy, which takes its versions back.
   *
   * @default 1
   */
  readonly epoch?: number
  /**
   * Names the cluster among all others, and through the restore of its etcd.
   *
   * @default - the uid of the namespace `kube-system`, which needs the right to get that
   */
  readonly clusterId?: string
  /**
   * How long to wait before looking again where changes cannot be watched, in milliseconds.
   *
   * @default 2_000
   */
  readonly pollEveryMs?: number
  /** @default that of this machine */
  readonly clock?: Pick<Clock, 'sleep'>
}

/**
 * Leases of a cluster. They are declared by manifests, never made here: with the rights to `get` and
 * `update` them nobody can bring one back that was deleted (K20). `watch` makes waiting cheap; where
 * it is not granted, the Lease is looked at from time to time.
 */
export class KubernetesLeaseStore implements LeaseStore, LeaseListing {
  readonly #client: KubernetesClient
  readonly #epochNumber: number
  readonly #watches: LeaseWatches
  #clusterId: Promise<string> | undefined

  constructor(props: KubernetesLeaseStoreProps) {
    this.#client = props.client
    this.#epochNumber = props.epoch ?? 1
    this.#watches = new LeaseWatches({
      client: props.client,
      pathOf: ({ name }) => listPathOf(name),
      pollEveryMs: props.pollEveryMs ?? 2_000,
      clock: props.clock ?? systemClock,
    })
    if (props.clusterId !== undefined) this.#clusterId = Promise.resolve(props.clusterId)
  }

  async read(name: LeaseName, signal?: AbortSignal): Promise<LeaseReading> {
    // Without a resourceVersion the answer is the newest there is, not that of a cache (locking L14).
    const answer = await this.#call(name, { path: pathOf(name), signal })
    return { lease: leaseOf(name, answer.body), storeTimeMs: timeOf(answer, 'none') }
  }

  async replace(seen: StoredLease, next: LeaseRecord, signal?: AbortSignal): Promise<LeaseReading> {
    const { name } = seen
    const body = bodyOf(seen, next)
    const answer = await this.#call(name, { method: 'PUT', path: pathOf(name), body, signal })
    return { lease: leaseOf(name, answer.body), storeTimeMs: timeOf(answer, 'unknown') }
  }

  changed(seen: StoredLease, signal: AbortSignal): Promise<void> {
    return this.#watches.changed(seen, signal)
  }

  async list(
    namespace: string | undefined,
    signal?: AbortSignal,
  ): Promise<readonly LeaseReading[]> {
    const nowhere = { namespace: namespace ?? 'all', name: 'all' }
    if (!VALID_NAME.test(nowhere.namespace)) throw new LeaseMissingError(nowhere)
    const path = namespace === undefined ? LEASES_PATH : listPathOf(nowhere)
    const answer = await this.#call(nowhere, { path, signal })
    const storeTimeMs = timeOf(answer, 'none')
    const { items } = answer.body as unknown as { readonly items: readonly ListedLease[] }
    return items.map((item) => {
      const { namespace, name } = item.metadata
      return { lease: leaseOf({ namespace, name }, item), storeTimeMs }
    })
  }

  async epoch(): Promise<string> {
    this.#clusterId ??= this.#askClusterId()
    return `${await this.#clusterId}.${this.#epochNumber}`
  }

  async #askClusterId(): Promise<string> {
    try {
      const { body } = await this.#client.call({ path: '/api/v1/namespaces/kube-system' })
      return (body as { metadata: { uid: string } }).metadata.uid
    } catch (error) {
      this.#clusterId = undefined
      throw storeError(error)
    }
  }

  async #call(name: LeaseName, request: KubernetesRequest): Promise<KubernetesObjectAnswer> {
    try {
      const answer = await this.#client.call(request)
      // A server that makes a Lease of what we wrote does not keep what its uid promises.
      if (answer.status === 201) throw new LeaseConflictError(name)
      return answer
    } catch (error) {
      if (isStatus(error, 404)) throw new LeaseMissingError(name, { cause: error })
      if (isStatus(error, 409)) throw new LeaseConflictError(name, { cause: error })
      throw storeError(error)
    }
  }
}

interface ListedLease extends Readonly<Record<string, unknown>> {
  readonly metadata: LeaseName
}

const API_PATH = '/apis/coordination.k8s.io/v1'
const LEASES_PATH = `${API_PATH}/leases`

const listPathOf = ({ namespace }: LeaseName): string =>
  `${API_PATH}/namespaces/${namespace}/leases`

/** RFC 1123; what else is in a path would lead elsewhere, and there can be no Lease of that name. */
const VALID_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

/** @throws {LeaseMissingError} */
function pathOf(lease: LeaseName): string {
  const { namespace, name } = lease
  if (!VALID_NAME.test(namespace) || !VALID_NAME.test(name)) throw new LeaseMissingError(lease)
  return `${listPathOf(lease)}/${name}`
}

/** RFC 9110, section 5.6.7. Other forms, which `Date` takes too, no API server writes. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

function timeOf({ headers }: KubernetesObjectAnswer, outcome: 'none' | 'unknown'): number {
  const date = headers.get('date')
  const timeMs = HTTP_DATE.test(date ?? '') ? Date.parse(date ?? '') : Number.NaN
  if (!Number.isNaN(timeMs)) return timeMs
  const header = date === null ? 'no Date header' : `the Date header ${JSON.stringify(date)}`
  throw new LeaseStoreError({
    message:
      `The API server answered with ${header}, so its time is not known. ` +
      'Have whatever is between here and there pass the header on as it is',
    outcome,
    retryable: false,
  })
}
