import type { Server } from 'node:http'
import type { Socket } from 'node:net'

interface Connection {
  readonly socket: Socket
  /** How many of its requests are being answered. */
  requests: number
}

/** In the order in which they began to ask for nothing. */
type Connections = Map<string, Connection>

/**
 * Keeps room for whoever comes: where so many are connected, one that asks for nothing is cut off for each
 * new one. First those that never asked for anything, then those between two requests, the longest silent
 * before the others: so whoever connects to ask at once is answered, however many others only connect.
 * Nobody is cut off whose request is being answered; if there are none but those, the new one is.
 */
export function limitConnections(server: Server, most: number): void {
  const all: Connections = new Map()
  const fresh: Connections = new Map()
  const idle: Connections = new Map()
  const forget = (key: string) => {
    for (const some of [all, fresh, idle]) some.delete(key)
  }
  server.on('connection', (socket) => {
    if (all.size >= most && !cutOffOne(fresh, idle, forget)) return void socket.destroy()
    const key = keyOf(socket)
    const connection = { socket, requests: 0 }
    all.set(key, connection)
    fresh.set(key, connection)
    socket.once('close', () => {
      if (all.get(key) === connection) forget(key)
    })
  })
  server.on('request', ({ socket }, response) => {
    const key = keyOf(socket)
    const connection = all.get(key)
    if (connection === undefined) return
    fresh.delete(key)
    idle.delete(key)
    connection.requests += 1
    response.once('close', () => {
      connection.requests -= 1
      if (connection.requests === 0 && all.get(key) === connection) idle.set(key, connection)
    })
  })
}

/** @returns whether there was one */
function cutOffOne(fresh: Connections, idle: Connections, forget: (key: string) => void): boolean {
  const [silent] = fresh.size > 0 ? fresh : idle
  if (silent === undefined) return false
  const [key, { socket }] = silent
  forget(key)
  socket.destroy()
  return true
}

/** Of a connection, whether it is seen before its encryption or behind. */
const keyOf = ({ localAddress, remoteAddress, remotePort }: Socket): string =>
  [localAddress, remoteAddress, remotePort].join(' ')
