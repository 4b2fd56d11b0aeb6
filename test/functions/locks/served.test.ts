import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StoredLease } from '../../../leases/lease-store.ts'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { functionOf, keptLog } from './function-caller.ts'

/** Knows who waits for a change. */
class WatchedStore extends MemoryLeaseStore {
  readonly waiting: AbortSignal[] = []

  override changed(seen: StoredLease, signal: AbortSignal): Promise<void> {
    this.waiting.push(signal)
    return super.changed(seen, signal)
  }
}

const store = new WatchedStore()
const { entries, log } = keptLog()
let server: ReturnType<typeof serve>
let address: string
beforeAll(async () => {
  const { fetch } = functionOf({ store, log })
  const { promise, resolve } = Promise.withResolvers<number>()
  server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(port))
  address = `http://127.0.0.1:${await promise}`
})
afterAll(() => {
  server.close()
})

it('has no mistake of its own in its log when a caller hangs up within its body', async () => {
  const before = entries.length
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    [
      `PUT /v1/locks/shop/ledger/holds/${randomUUID()} HTTP/1.1`,
      'Host: 127.0.0.1',
      'Authorization: Bearer token-of-alice',
      'Content-Type: application/json',
      'Content-Length: 100',
      'Expect: 100-continue',
      '',
      '',
    ].join('\r\n'),
  )
  await once(socket, 'data')
  socket.destroy()
  const since = async () => entries.slice(before)
  const [entry] = await eventually('it is in the log', since, ({ length }) => length > 0, 20)
  expect(entry).toMatchObject({ level: 'info', fields: { code: 'CALLER_GONE', status: 499 } })
})

it('waits no longer for a caller that hung up', async () => {
  const authorization = 'Bearer token-of-alice'
  const path = `${address}/v1/locks/shop/ledger`
  const known = await fetch(path, { headers: { authorization } })
  await known.text()
  const headers = { authorization, 'if-none-match': known.headers.get('etag') ?? '' }
  const gone = new AbortController()
  const waiting = fetch(`${path}?wait=30s`, { headers, signal: gone.signal })
  const hungUp = expect(waiting).rejects.toThrow('hung up')
  const looked = async () => store.waiting
  await eventually('it waits', looked, ({ length }) => length > 0)
  gone.abort(new Error('hung up'))
  await hungUp
  const ended = (signals: readonly AbortSignal[]) => signals.every(({ aborted }) => aborted)
  await eventually('it waits no longer', looked, ended, 20)
  const codes = async () => entries.map(({ fields }) => fields.code)
  await eventually('the log says so', codes, (seen) => seen.includes('CALLER_GONE'), 20)
})
