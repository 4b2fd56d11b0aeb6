import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseCluster } from '../control-plane/cluster-choice.ts'
import { connect } from '../control-plane/connected-client.ts'
import { eventually } from '../control-plane/eventually.ts'
import { builtBundle } from '../functions/bundles/built-bundle.ts'
import { describeRight } from './granted-rights.ts'
import { RunningControlPlane } from './running-control-plane.ts'

const choice = chooseCluster()

const FLOWS = '/apis/flowcontrol.apiserver.k8s.io/v1'

/*
 * On an API server of its own, whose audit log tells what the account of the servers has asked for: all
 * that it is granted, and nothing that it is not.
 */
describe.skipIf(choice.kind !== 'binaries')('A control plane, as real processes', () => {
  const entryPoint = builtBundle('lockstep', 'serve')
  let running: RunningControlPlane

  beforeAll(async () => {
    if (choice.kind !== 'binaries') throw new Error('unreachable')
    running = await RunningControlPlane.start(choice.binaries, entryPoint().file)
  }, 180_000)
  afterAll(() => running?.stop(), 60_000)

  const ask: RunningControlPlane['ask'] = (...question) => running.ask(...question)

  it('is ready, with the rights that it has', async () => {
    for (const _ of running.servers) expect((await ask('GET', '/readyz')).status).toBe(200)
  })

  describe.each([
    ['ledger', (): string => 'books', 1],
    ['import', (): string => running.namespace, 2],
  ] as const)('serves the lock %s', (name, namespaceOf, slots) => {
    const lock = () => `/v1/locks/${namespaceOf()}/${name}`
    const newHold = () => `${lock()}/holds/${randomUUID()}`
    const bringing = (handle: string) => ({ headers: { 'lock-token': handle } })

    const untilWatched = (lease: string) =>
      eventually(
        `a server watches ${lease}`,
        () => running.requests(),
        (requests) => requests.some(({ verb, name }) => verb === 'watch' && name === lease),
        60,
        (requests) => requests.slice(-5),
      )

    async function hold() {
      const path = newHold()
      const held = await ask('PUT', path, { body: { slots } })
      expect(held.status).toBe(201)
      return { path, handle: held.body.handle as string }
    }

    it('to holders, each slot once, by whichever server', async () => {
      const holds = await Promise.all(Array.from({ length: slots }, hold))
      for (const { path, handle } of holds) {
        expect((await ask('PUT', path, { body: { slots } })).status).toBe(200)
        const renewed = await ask('POST', `${path}/renew`, bringing(handle))
        expect(renewed.status).toBe(200)
        expect((await ask('PUT', newHold(), { body: { slots } })).status).toBe(423)
      }
      for (const { path, handle } of holds) {
        expect((await ask('DELETE', path, bringing(handle))).status).toBe(204)
      }
    })

    it('to those who wait in line, and tells those who watch', async () => {
      const holds = await Promise.all(Array.from({ length: slots }, hold))
      const next = newHold()
      const known = await ask('GET', `${lock()}?slots=${slots}`)
      const watching = ask('GET', `${lock()}?slots=${slots}&wait=60s`, {
        headers: { 'if-none-match': known.tag },
      })
      for (const lease of [name, `${name}.queue`, `${name}.runs`]) await untilWatched(lease)
      const waiting = ask('PUT', next, { body: { slots, waitSeconds: 30 } })
      expect(await watching).toMatchObject({ status: 200, body: { waiting: 1 } })
      for (const { path, handle } of holds) {
        expect((await ask('DELETE', path, bringing(handle))).status).toBe(204)
      }
      const held = await waiting
      expect(held.status).toBe(201)
      expect((await ask('DELETE', next, bringing(held.body.handle))).status).toBe(204)
    })

    it('to an operator, who breaks a hold', async () => {
      const { path, handle } = await hold()
      const reason = { reason: 'it hangs', atOnce: true, slots }
      expect((await ask('POST', `${path}/break`, { body: reason })).status).toBe(403)
      const broken = await ask('POST', `${path}/break`, { as: 'operator', body: reason })
      expect(broken.status).toBe(202)
      expect(await ask('POST', `${path}/renew`, bringing(handle))).toMatchObject({
        status: 410,
        body: { code: 'HOLD_LOST' },
      })
    })

    it('to nobody else', async () => {
      expect(await ask('PUT', newHold(), { as: 'stranger', body: {} })).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN' },
      })
      for (const as of ['elsewhere', 'nobody'] as const) {
        expect(await ask('PUT', newHold(), { as, body: {} })).toMatchObject({
          status: 401,
          body: { code: 'UNAUTHENTICATED' },
        })
      }
    })

    it('says that it has fewer slots than somebody takes it to have', async () => {
      expect(await ask('PUT', newHold(), { body: { slots: slots + 1 } })).toMatchObject({
        status: 409,
        body: { code: 'PARAMETERS_CONFLICT' },
      })
    })

    it('for what is run once', async () => {
      const run = `/v1/runs/${namespaceOf()}/${name}/2026-11-26`
      const begun = await ask('PUT', run, { body: { hold: randomUUID() } })
      expect(begun.status).toBe(201)
      const ended = await ask('PATCH', run, {
        body: { status: 'succeeded', result: { rows: 3 } },
        ...bringing(begun.body.hold.handle),
      })
      expect(ended.status).toBe(200)
      expect(await ask('PUT', run, { body: { hold: randomUUID() } })).toMatchObject({
        status: 200,
        body: { run: { result: { rows: 3 } } },
      })
    })
  })

  it('lists its locks, and knows no others', async () => {
    const listed = async (path: string) =>
      (await ask('GET', path)).body.locks.map(({ name }: { name: string }) => name)
    expect(await listed('/v1/locks')).toEqual(['ledger', 'import'])
    expect(await listed('/v1/locks/books')).toEqual(['ledger'])
    const other = `/v1/locks/books/undeclared/holds/${randomUUID()}`
    expect(await ask('PUT', other, { body: {} })).toMatchObject({
      status: 404,
      body: { code: 'LOCK_NOT_DECLARED' },
    })
  })

  it('uses every right that it has, and is refused nothing', async () => {
    const requests = await running.requests()
    const refused = requests.filter(({ status }) => status === 401 || status === 403)
    expect(refused).toEqual([])
    const used = new Set(requests.map(describeRight))
    expect([...used].sort()).toEqual([...new Set(running.granted.map(describeRight))].sort())
  })

  it('has a level of its own in flow control, whatever it asks for', async () => {
    const own = connect({ ...running.connection, token: await running.ownToken() })
    const uidOf = async (resource: string) => {
      const path = `${FLOWS}/${resource}/lockstep.${running.namespace}.lockstep.dev`
      const { body } = await running.cluster.send({ path })
      return (body as { metadata: { uid: string } }).metadata.uid
    }
    try {
      const expected = {
        level: await uidOf('prioritylevelconfigurations'),
        schema: await uidOf('flowschemas'),
      }
      for (const path of [
        '/apis/coordination.k8s.io/v1/namespaces/books/leases/ledger',
        '/api/v1/namespaces/kube-system',
      ]) {
        const { headers } = await own.client.call({ path })
        expect({
          level: headers.get('x-kubernetes-pf-prioritylevel-uid'),
          schema: headers.get('x-kubernetes-pf-flowschema-uid'),
        }).toEqual(expected)
      }
    } finally {
      own.transport.close()
    }
  })

  it('ends well when its pods are told to', async () => {
    for (const { process } of running.servers) process.signal('SIGTERM')
    for (const { process } of running.servers) expect(await process.ended).toBe(0)
  })
})
