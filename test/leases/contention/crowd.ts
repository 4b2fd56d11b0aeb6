import { setTimeout as sleep } from 'node:timers/promises'
import { KubernetesClient } from '../../../kubernetes/kubernetes-client.ts'
import { NodeTransport } from '../../../kubernetes/node-transport.ts'
import { KubernetesLeaseStore } from '../../../leases/kubernetes-lease-store.ts'
import { LockHeldError } from '../../../leases/lock-errors.ts'
import { Locks } from '../../../leases/locks.ts'
import { LEASE_ANNOTATIONS, queueLeaseName } from '../../../leases/names.ts'
import type { Connection } from '../../control-plane/connection.ts'
import { CountingTransport } from './counting-transport.ts'
import { monotonicUs } from './monotonic.ts'

export interface CrowdProps {
  readonly connection: Connection
  readonly lock: string
  readonly ttlSeconds: number
  /** As many as those share nothing but the API server; more of them share these. */
  readonly clients: number
}

export interface Served {
  readonly id: string
  readonly token: number
  readonly atUs: number
}

const NEXT_PASSER_BY_MS = 100
const PATIENCE_OF_A_PASSER_BY_MS = 500

/** Those who wait for a lock, and give it back as soon as they have it. */
export class Crowd {
  readonly requests: CountingTransport
  /** Who waits for as long as it takes, in the order in which they got it. */
  readonly served: Served[] = []
  readonly #props: CrowdProps
  readonly #transport: NodeTransport
  readonly #stores: readonly KubernetesLeaseStore[]
  readonly #locks: readonly Locks[]
  readonly #over = new AbortController()
  readonly #running: Promise<void>[] = []
  #waiters = 0

  constructor(props: CrowdProps) {
    const { server, ...credentials } = props.connection
    this.#props = props
    this.#transport = new NodeTransport({ server, credentials: () => credentials })
    this.requests = new CountingTransport(this.#transport)
    const client = new KubernetesClient({ transport: this.requests })
    this.#stores = Array.from(
      { length: props.clients },
      () => new KubernetesLeaseStore({ client, clusterId: 'contended' }),
    )
    this.#locks = this.#stores.map((store) => new Locks({ store, holder: 'waiter' }))
  }

  /** One more comes and waits. */
  come(): void {
    const id = crypto.randomUUID()
    this.#run(id, async (token) => {
      this.served.push({ id, token, atUs: monotonicUs() })
    })
    this.#waiters += 1
  }

  /** From now on others come, one after the other, who go away before they get it. */
  comeWithoutPause(): void {
    const coming = async () => {
      while (!this.#over.signal.aborted) {
        this.#run(crypto.randomUUID(), async () => {}, PATIENCE_OF_A_PASSER_BY_MS)
        this.#waiters += 1
        await sleep(NEXT_PASSER_BY_MS)
      }
    }
    this.#running.push(coming())
  }

  /** The ids of all who have a ticket, first come first. */
  async line(): Promise<readonly string[]> {
    const { namespace, name } = { namespace: 'default', name: queueLeaseName(this.#props.lock) }
    const { lease } = await this.#stores[0]!.read({ namespace, name })
    const tickets = JSON.parse(lease.record.annotations[LEASE_ANNOTATIONS.tickets] ?? '[]')
    return (tickets as readonly { readonly id: string }[]).map(({ id }) => id)
  }

  async leave(): Promise<void> {
    this.#over.abort()
    await Promise.all(this.#running)
    this.#transport.close()
  }

  #run(id: string, work: (token: number) => Promise<void>, waitMs?: number): void {
    const locks = this.#locks[this.#waiters % this.#locks.length]!
    const { lock, ttlSeconds } = this.#props
    const options = { id, ttlSeconds, signal: this.#over.signal, ...(waitMs && { waitMs }) }
    const running = locks.withLock(lock, options, ({ token }) => work(Number(token.number)))
    this.#running.push(running.catch((error: unknown) => this.#ignoreExpected(error)))
  }

  #ignoreExpected(error: unknown): void {
    if (!this.#over.signal.aborted && !(error instanceof LockHeldError)) throw error
  }
}
