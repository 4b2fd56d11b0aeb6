import { expect, it } from 'vitest'
import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../kubernetes/transport.ts'
import { KubernetesLeaseStore } from '../../leases/kubernetes-lease-store.ts'
import { NEVER_HELD } from '../../leases/lease-record.ts'

const name = { namespace: 'shop', name: 'ledger' }
const at = (version: string) => ({ name, uid: 'u', version, record: NEVER_HELD })
const EVENT = '{"type":"MODIFIED","object":{"metadata":{}}}\n'

/** A store on a server whose watches last until the test, or nobody, wants them any more. */
function setUp() {
  const watches: { readonly path: string; readonly signal: AbortSignal; say(): void }[] = []
  const transport: KubernetesTransport = {
    open: async ({ path, signal }) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => reject(signal.reason))
      watches.push({ path, signal, say: resolve })
      const body = (async function* () {
        await promise
        yield new TextEncoder().encode(EVENT)
      })()
      return { status: 200, headers: new Headers(), body }
    },
  }
  const client = new KubernetesClient({ transport })
  const clock = { sleep: () => Promise.reject(new Error('slept')) }
  return { watches, store: new KubernetesLeaseStore({ client, clusterId: 'c', clock }) }
}

const patience = () => AbortSignal.timeout(20_000)

it('a hundred who wait for one change watch once', async () => {
  const { store, watches } = setUp()
  const waiting = Array.from({ length: 100 }, () => store.changed(at('7'), patience()))
  await expect.poll(() => watches.length).toBe(1)
  expect(watches[0]?.path).toContain('fieldSelector=metadata.name%3Dledger&resourceVersion=7')
  watches[0]?.say()
  await Promise.all(waiting)
})

it('who has seen another version, or comes after the change, watches anew', async () => {
  const { store, watches } = setUp()
  const first = store.changed(at('7'), patience())
  const other = store.changed(at('8'), patience())
  await expect.poll(() => watches.length).toBe(2)
  watches[0]?.say()
  await first
  const late = store.changed(at('7'), patience())
  await expect.poll(() => watches.length).toBe(3)
  for (const watch of watches) watch.say()
  await Promise.all([other, late])
})

it('who stops to wait leaves the others waiting, and the last one ends the watch', async () => {
  const { store, watches } = setUp()
  const [one, two] = [new AbortController(), new AbortController()]
  const first = store.changed(at('7'), one.signal)
  const second = store.changed(at('7'), two.signal)
  await expect.poll(() => watches.length).toBe(1)
  one.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
  expect(watches[0]?.signal.aborted).toBe(false)
  two.abort(new Error('enough too'))
  await expect(second).rejects.toThrow('enough too')
  expect(watches[0]?.signal.aborted).toBe(true)
  const late = store.changed(at('7'), patience())
  await expect.poll(() => watches.length).toBe(2)
  watches[1]?.say()
  await late
})

it('who does not want to wait at all begins nothing', async () => {
  const { store, watches } = setUp()
  await expect(store.changed(at('7'), AbortSignal.abort(new Error('no')))).rejects.toThrow('no')
  expect(watches).toEqual([])
})
