import { once } from 'node:events'
import type { Server } from 'node:net'

/** Listens on a free port, for this machine alone. */
export async function listen(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}
