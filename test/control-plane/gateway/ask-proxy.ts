import { request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface ProxyAnswer {
  readonly status: number
  readonly body: string
}

/** One request to a port of this machine, for a host that nobody has to know by that name. */
export function askProxy(
  port: number,
  host: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ProxyAnswer> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', headers: { ...headers, host } }, (response) => {
      const status = response.statusCode ?? 0
      text(response).then((body) => resolve({ status, body }), reject)
    })
      .once('error', reject)
      .end()
  })
}
