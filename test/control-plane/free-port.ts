import { createServer } from 'node:net'

/**
 * A port on the loopback address that nobody listens on now. Somebody else can take it before its
 * user binds it, so that user must be ready to ask for another.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new TypeError('no TCP address')
      server.close(() => resolve(address.port))
    })
  })
}
