/** `fetch` that counts requests, and bytes of bodies as they are after any compression of HTTP. */
export class CountedFetch {
  requests = 0
  bytes = 0

  readonly fetch: typeof fetch = async (input, init) => {
    this.requests++
    this.bytes += lengthOf(init?.body)
    const response = await fetch(input, init)
    const body = await response.arrayBuffer()
    this.bytes += body.byteLength
    const { status, headers } = response
    return new Response(body.byteLength === 0 ? null : body, { status, headers })
  }
}

function lengthOf(body: RequestInit['body']): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.byteLength : 0
}
