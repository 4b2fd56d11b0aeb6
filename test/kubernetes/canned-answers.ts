import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../kubernetes/transport.ts'

export interface Canned {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A client of a server that gives one answer to whatever it is asked. */
export function answered({ status, body, headers = {} }: Canned): KubernetesClient {
  const isText = typeof body === 'string'
  const transport: KubernetesTransport = {
    open: async () => ({
      status,
      headers: new Headers({
        'content-type': isText ? 'text/html' : 'application/json',
        ...headers,
      }),
      body: (async function* () {
        yield new TextEncoder().encode(isText ? body : JSON.stringify(body))
      })(),
    }),
  }
  return new KubernetesClient({ transport })
}

/** What an API server says when it says no. */
export const refusal = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  status: 'Failure',
  code,
  reason,
  message,
})
