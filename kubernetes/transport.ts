/**
 * Carries requests to one API server, as whoever made it: the adapter knows the address, whom to
 * trust and who we are. What an answer means is not its business; `KubernetesClient` knows.
 *
 * Only types of web standards, so that whoever uses it runs wherever an adapter does.
 */
export interface KubernetesTransport {
  /**
   * Resolves with the head of the answer, whatever its status. The signal ends the body too.
   *
   * @throws {NotSentError} if nothing of the request can have reached the server. After any other
   *   error nobody knows
   */
  open(request: TransportRequest): Promise<TransportAnswer>
}

export interface TransportRequest {
  readonly method: string
  /** With its query: `/api/v1/namespaces?limit=1`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly signal: AbortSignal
}

export interface TransportAnswer {
  readonly status: number
  readonly headers: Headers
  /** To be read at once, or left early: that closes the connection. */
  readonly body: AsyncIterable<Uint8Array>
}

/** The request has not left: the server cannot have carried it out, and never will. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError'
  readonly code = 'NOT_SENT'
}
