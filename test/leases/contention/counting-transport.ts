import type {
  KubernetesTransport,
  TransportAnswer,
  TransportRequest,
} from '../../../kubernetes/transport.ts'

/** Counts what it carries by method and Lease, a watch by itself: `GET ledger`, `watch ledger`. */
export class CountingTransport implements KubernetesTransport {
  readonly #carrier: KubernetesTransport
  #counts = new Map<string, number>()
  #sinceMs = performance.now()

  constructor(carrier: KubernetesTransport) {
    this.#carrier = carrier
  }

  open(request: TransportRequest): Promise<TransportAnswer> {
    const kind = kindOf(request)
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
    return this.#carrier.open(request)
  }

  /** Requests a second since the last time that this was asked for. */
  takeRates(): Readonly<Record<string, number>> {
    const seconds = (performance.now() - this.#sinceMs) / 1000
    const rates = [...this.#counts].map(([kind, count]) => [kind, Math.round(count / seconds)])
    this.#counts = new Map()
    this.#sinceMs = performance.now()
    return Object.fromEntries(rates)
  }
}

function kindOf({ method, path }: TransportRequest): string {
  const url = new URL(path, 'https://api')
  const watched = url.searchParams.get('fieldSelector')?.split('=')[1]
  return watched === undefined ? `${method} ${url.pathname.split('/').at(-1)}` : `watch ${watched}`
}
