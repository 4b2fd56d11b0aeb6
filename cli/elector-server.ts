import { lstatSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'

/** The port or socket of an elector cannot be listened on. */
export class ElectorAddressError extends Error {
  override readonly name = 'ElectorAddressError'
  readonly code = 'ELECTOR_ADDRESS'
  readonly remedy = 'Choose another one: --port, or --socket with a path in a folder that is there'

  constructor(address: number | string, cause: Error) {
    super(`The elector cannot listen on ${address}: ${cause.message}`, { cause })
  }
}

/** Answers on ports and sockets until it is disposed of. */
export class ElectorServer implements AsyncDisposable {
  readonly #servers: Server[] = []

  /**
   * @param address a port, on all addresses of the pod, since the kubelet asks from outside; or the
   *   path of a socket, which replaces what an elector before left there
   * @throws {ElectorAddressError}
   */
  async listen(api: Hono, address: number | string): Promise<void> {
    const server = createAdaptorServer({ fetch: api.fetch, overrideGlobalObjects: false }) as Server
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    try {
      if (typeof address === 'string' && isSocket(address)) rmSync(address)
      server.once('error', reject)
      server.listen(address, resolve)
      await promise
    } catch (error) {
      throw new ElectorAddressError(address, error as Error)
    }
    this.#servers.push(server)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeAllConnections()
      await promise
    }
  }
}

/** Of an elector before this one, which nobody answers any more. */
const isSocket = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false
