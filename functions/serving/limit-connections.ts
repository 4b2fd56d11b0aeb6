import type { Server } from 'node:http'
import type { Socket } from 'node:net'

interface Connection {
  readonly socket: Socket
  /** How many of its requests are being answered. */
  requests: number
}

/** Tells a connection from all others that there are at the same time. */
type Key = string | Socket

/** In the order in which they began to ask for nothing. */
type Connections = Map<Key, Connection>

/**
 * Keeps room for whoever comes: where so many are connected, one that asks for nothing is cut off for each
 * new one. It is one of those that never asked for anything, or of those between two requests, whichever
 * are more, and of them the longest silent: so whoever connects to ask at once is answered, however many
 * others only connect, or come in that moment; and whoever has asked is kept for those that never did.
 * Nobody is cut off whose request is being answered; if there are none but those, the new one is.
 */
export function limitConnections(server: Server, most: number): void {
  const all: Connections = new Map()
  const fresh: Connections = new Map()
  const idle: Connections = new Map()
  const forget = (key: Key) => {
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
function cutOffOne(fresh: Connections, idle: Connections, forget: (key: Key) => void): boolean {
  const [silent] = fresh.size >= idle.size ? fresh : idle
  if (silent === undefined) return false
  const [key, { socket }] = silent
  forget(key)
  socket.destroy()
  return true
}

/**
 * The same before the encryption of a connection and behind it. Those of a Unix socket have neither
 * encryption nor addresses.
 */
function keyOf(socket: Socket): Key {
  const { localAddress, remoteAddress, remotePort } = socket
  return remotePort === undefined ? socket : [localAddress, remoteAddress, remotePort].join(' ')
}
