import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const MOST_CONNECTIONS = 1000
const MORE = 200
const LONG_MS = 120_000

async function serving(): Promise<string> {
  const server = new BundleProcess({
    program: process.execPath,
    args: [MAIN, 'serve', '--store', 'locks.db', '--listen', '127.0.0.1:0'],
    env: { NO_COLOR: '1' },
    cwd: temporaryFolder(),
  })
  onTestFinished(() => server.kill())
  return server.untilSaid(/"address":"([^"]+)"/)
}

/** Somebody who connects, sends as much as that and no more, and whom the server may cut off. */
async function attacker(address: string, sends: string): Promise<Socket> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  // Reads, or it would not learn that it was cut off.
  socket.on('error', () => {}).resume()
  await once(socket, 'connect')
  if (sends !== '') socket.write(sends)
  return socket
}

const HALF_A_HEADER = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '
const HALF_A_BODY =
  'POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{'
const WHOLE_REQUEST = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'

it.each([
  ['only connect', ''],
  ['send a header and never end it', HALF_A_HEADER],
  ['send a body and never end it', HALF_A_BODY],
  ['ask once and keep the connection', WHOLE_REQUEST],
])(
  'a hold is renewed, and the server counts as alive, while many %s',
  async (_, sends) => {
    const address = await serving()
    const path = `${address}/v1/locks/shop/ledger/holds/${randomUUID()}`
    const headers = { 'content-type': 'application/json' }
    const acquired = await fetch(path, { method: 'PUT', body: '{"ttlSeconds": 60}', headers })
    let { handle } = (await acquired.json()) as { readonly handle: string }
    const there = new Set<Socket>()
    for (let came = 0; came < MOST_CONNECTIONS + MORE; came++) {
      const socket = await attacker(address, sends)
      there.add(socket)
      socket.once('close', () => there.delete(socket))
      if (came % MORE > 0) continue
      const renewed = await fetch(`${path}/renew`, {
        method: 'POST',
        headers: { 'lock-token': handle },
      })
      expect(renewed.status).toBe(200)
      handle = ((await renewed.json()) as { readonly handle: string }).handle
      expect((await fetch(`${address}/healthz`)).status).toBe(200)
    }
    await eventually(
      'no more than it takes are connected',
      async () => there.size,
      (count) => count <= MOST_CONNECTIONS,
      20,
    )
    const last = await fetch(`${path}/renew`, { method: 'POST', headers: { 'lock-token': handle } })
    expect(last.status).toBe(200)
    expect((await fetch(`${address}/healthz`)).status).toBe(200)
  },
  LONG_MS,
)
