import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../kubernetes/transport.ts'

export interface Canned {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A client of a server that gives one answer to whatever it is asked. */
export const answered = (canned: Canned): KubernetesClient => answeredByPath({}, canned)

/** A client of a server that has an answer for some paths, and one for all others. */
export function answeredByPath(
  byPath: Readonly<Record<string, Canned>>,
  others: Canned,
): KubernetesClient {
  const transport: KubernetesTransport = {
    open: async ({ path }) => {
      const { status, body, headers = {} } = byPath[path] ?? others
      const isText = typeof body === 'string'
      const contentType = isText ? 'text/html' : 'application/json'
      return {
        status,
        headers: new Headers({ 'content-type': contentType, ...headers }),
        body: (async function* () {
          yield new TextEncoder().encode(isText ? body : JSON.stringify(body))
        })(),
      }
    },
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
