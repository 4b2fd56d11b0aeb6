import { expect, it } from 'vitest'
import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../kubernetes/transport.ts'
import { KubernetesLeaseStore } from '../../leases/kubernetes-lease-store.ts'
import { NEVER_HELD } from '../../leases/lease-record.ts'

const name = { namespace: 'shop', name: 'ledger' }
const at = (version: string) => ({ name, uid: 'u', version, record: NEVER_HELD })

interface Watch {
  readonly path: string
  readonly signal: AbortSignal
  /** The Lease is at that version from now on, or gone. */
  say(version: string, type?: 'MODIFIED' | 'DELETED'): void
}

/** A store on a server whose watches last until nobody wants them any more. */
function setUp() {
  const watches: Watch[] = []
  const sleeps: { end(): void }[] = []
  const transport: KubernetesTransport = {
    open: async ({ path, signal }) => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const writer = writable.getWriter()
      signal.addEventListener('abort', () => void writer.abort(signal.reason).catch(() => {}))
      watches.push({
        path,
        signal,
        say: (resourceVersion, type = 'MODIFIED') => {
          const event = JSON.stringify({ type, object: { metadata: { resourceVersion } } })
          void writer.write(new TextEncoder().encode(`${event}\n`))
        },
      })
      return { status: 200, headers: new Headers(), body: readable }
    },
  }
  const client = new KubernetesClient({ transport })
  const clock = { sleep: () => new Promise<void>((resolve) => sleeps.push({ end: resolve })) }
  return { watches, sleeps, store: new KubernetesLeaseStore({ client, clusterId: 'c', clock }) }
}

const patience = () => AbortSignal.timeout(20_000)

it('a hundred who wait for one change watch once', async () => {
  const { store, watches } = setUp()
  const waiting = Array.from({ length: 100 }, () => store.changed(at('7'), patience()))
  await expect.poll(() => watches.length).toBe(1)
  expect(watches[0]?.path).toContain('fieldSelector=metadata.name%3Dledger&resourceVersion=7')
  watches[0]?.say('8')
  await Promise.all(waiting)
})

it('whoever has seen a later version waits for one after that, by the same watch', async () => {
  const { store, watches } = setUp()
  const first = store.changed(at('7'), patience())
  let isOver = false
  const other = store.changed(at('10'), patience()).then(() => {
    isOver = true
  })
  await expect.poll(() => watches.length).toBe(1)
  watches[0]?.say('9')
  await first
  watches[0]?.say('10')
  await store.changed(at('9'), patience())
  expect(isOver).toBe(false)
  watches[0]?.say('11')
  await other
  expect(watches).toHaveLength(1)
})

it('whoever comes after the change need not wait, as long as the watch lasts', async () => {
  const { store, watches, sleeps } = setUp()
  const first = store.changed(at('7'), patience())
  await expect.poll(() => watches.length).toBe(1)
  watches[0]?.say('8')
  await first
  await store.changed(at('7'), patience())
  const next = store.changed(at('8'), patience())
  // What ended meanwhile is no reason to end what is wanted again.
  for (const { end } of sleeps) end()
  watches[0]?.say('9')
  await next
  expect(watches).toHaveLength(1)
})

it('wakes all when the Lease is deleted', async () => {
  const { store, watches } = setUp()
  const waiting = ['7', '99'].map((version) => store.changed(at(version), patience()))
  await expect.poll(() => watches.length).toBe(1)
  watches[0]?.say('8', 'DELETED')
  await Promise.all(waiting)
})

it('who stops to wait leaves the others waiting, and the watch ends a while after the last', async () => {
  const { store, watches, sleeps } = setUp()
  const [one, two] = [new AbortController(), new AbortController()]
  const first = store.changed(at('7'), one.signal)
  const second = store.changed(at('7'), two.signal)
  await expect.poll(() => watches.length).toBe(1)
  one.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
  expect(sleeps).toHaveLength(0)
  two.abort(new Error('enough too'))
  await expect(second).rejects.toThrow('enough too')
  await expect.poll(() => sleeps.length).toBe(1)
  expect(watches[0]?.signal.aborted).toBe(false)
  sleeps[0]?.end()
  await expect.poll(() => watches[0]?.signal.aborted).toBe(true)
  const late = store.changed(at('7'), patience())
  await expect.poll(() => watches.length).toBe(2)
  watches[1]?.say('8')
  await late
})

it('who does not want to wait at all begins nothing', async () => {
  const { store, watches } = setUp()
  await expect(store.changed(at('7'), AbortSignal.abort(new Error('no')))).rejects.toThrow('no')
  expect(watches).toEqual([])
})
