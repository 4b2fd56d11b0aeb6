import { once } from 'node:events'
import { lstatSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { limitConnections } from '../functions/serving/limit-connections.ts'
import { REQUEST_LIMITS } from '../functions/serving/request-limits.ts'

/** The port or socket of an elector cannot be listened on. */
export class ElectorAddressError extends Error {
  override readonly name = 'ElectorAddressError'
  readonly code = 'ELECTOR_ADDRESS'
  readonly remedy = 'Choose another one: --port, or --socket with a path in a folder that is there'

  constructor(address: number | string, cause: Error) {
    super(`The elector cannot listen on ${address}: ${cause.message}`, { cause })
  }
}

/** At each address. In the memory that a sidecar has there is room for many more. */
const MOST_CONNECTIONS = 200

/** Answers on ports and sockets until it is disposed of. */
export class ElectorServer implements AsyncDisposable {
  readonly #servers: Server[] = []

  /**
   * @param address a port, on all addresses of the pod, since the kubelet asks from outside; or the
   *   path of a socket, which replaces what an elector before left there
   * @throws {ElectorAddressError}
   */
  async listen(api: Hono, address: number | string): Promise<void> {
    const server = createAdaptorServer({
      fetch: api.fetch,
      overrideGlobalObjects: false,
      serverOptions: REQUEST_LIMITS,
    }) as Server
    limitConnections(server, MOST_CONNECTIONS)
    try {
      if (typeof address === 'string' && isSocket(address)) rmSync(address)
      server.listen(address)
      await once(server, 'listening')
    } catch (error) {
      throw new ElectorAddressError(address, error as Error)
    }
    this.#servers.push(server)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map(close))
  }
}

/** For what is being answered when it ends. */
const ANSWERED_WITHIN_MS = 1000
const CLOSE_IDLE_EVERY_MS = 20

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // Those that were answered would wait for a next request.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  const late = setTimeout(() => server.closeAllConnections(), ANSWERED_WITHIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}

/** Of an elector before this one, which nobody answers any more. */
const isSocket = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false
