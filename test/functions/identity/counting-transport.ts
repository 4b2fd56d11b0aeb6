import type {
  KubernetesTransport,
  TransportAnswer,
  TransportRequest,
} from '../../../kubernetes/transport.ts'

/** Counts what goes through it. */
export class CountingTransport implements KubernetesTransport {
  readonly #transport: KubernetesTransport
  calls = 0

  constructor(transport: KubernetesTransport) {
    this.#transport = transport
  }

  open(request: TransportRequest): Promise<TransportAnswer> {
    this.calls += 1
    return this.#transport.open(request)
  }
}
