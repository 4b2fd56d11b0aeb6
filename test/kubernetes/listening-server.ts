import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface ListeningServer {
  readonly port: number
  /** How many connections there have been. */
  connections(): number
  close(): Promise<void>
}

/** Starts a server on a port of this machine, which ends with all of its connections. */
export async function listening(server: Server): Promise<ListeningServer> {
  const sockets = new Set<Socket>()
  let count = 0
  server.on('connection', (socket: Socket) => {
    count += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => count,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
