import type {
  KubernetesTransport,
  TransportAnswer,
  TransportRequest,
} from '../../../kubernetes/transport.ts'

/** Counts what goes through it, and keeps the last of it. */
export class CountingTransport implements KubernetesTransport {
  readonly #transport: KubernetesTransport
  calls = 0
  lastBody: unknown

  constructor(transport: KubernetesTransport) {
    this.#transport = transport
  }

  open(request: TransportRequest): Promise<TransportAnswer> {
    this.calls += 1
    this.lastBody = JSON.parse(request.body ?? 'null')
    return this.#transport.open(request)
  }
}
