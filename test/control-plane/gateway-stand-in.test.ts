import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { at, items } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { describeWithCluster } from './describe-with-cluster.ts'
import { eventually } from './eventually.ts'
import { askProxy } from './gateway/ask-proxy.ts'
import { HttpBackend } from './gateway/http-backend.ts'
import { steerRequest } from './gateway/steer-request.ts'
import { WeightedTurns } from './gateway/weighted-turns.ts'
import { gatewayApiDefinitions } from './gateway-api.ts'
import { GatewayStandIn } from './gateway-stand-in.ts'

const backends = (canary: number) => [
  { name: 'web-stable', port: 80, weight: 100 - canary },
  { name: 'web-canary', port: 80, weight: canary },
]
const routeWith = (...rules: readonly object[]): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'web' },
  spec: { parentRefs: [{ name: 'public' }], hostnames: ['www.example.com'], rules },
})

describe('a request is steered', () => {
  const mark = { type: 'Exact', name: 'X-Canary', value: 'yes' }
  const cookie = { type: 'RegularExpression', name: 'Cookie', value: '^(.*;\\s*)?c=1(;.*)?$' }
  const only = (name: string) => [{ name, port: 80 }]
  const route = routeWith(
    { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: only('all') },
    { matches: [{ path: { value: '/pay' } }], backendRefs: only('pay') },
    { matches: [{ path: { value: '/pay' }, headers: [mark] }], backendRefs: only('marked') },
    { matches: [{ headers: [cookie] }], backendRefs: only('cookie') },
    { matches: [{ path: { type: 'Exact', value: '/pay/now' } }], backendRefs: only('exact') },
  )

  it.each([
    ['/', {}, 'all'],
    ['/payment', {}, 'all'],
    ['/pay', {}, 'pay'],
    ['/pay/7?x=1', {}, 'pay'],
    ['/pay/7', { 'x-canary': 'yes' }, 'marked'],
    ['/pay/7', { 'x-canary': 'no' }, 'pay'],
    ['/', { cookie: 'a=b; c=1' }, 'cookie'],
    ['/', { cookie: 'c=10' }, 'all'],
    ['/pay/now', { 'x-canary': 'yes' }, 'exact'],
  ])('%s with %j to %s', (path, headers, expected) => {
    const steered = steerRequest([route], { host: 'www.example.com:8080', path, headers })
    expect([...(steered?.shares.keys() ?? [])]).toEqual([expected])
  })

  it('nowhere from another host', () => {
    expect(steerRequest([route], { host: 'example.com', path: '/', headers: {} })).toBeUndefined()
  })

  it('by exact shares', () => {
    const turns = new WeightedTurns()
    const shares = new Map([
      ['stable', 93],
      ['canary', 7],
    ])
    const all = Array.from({ length: 200 }, () => turns.next(shares))
    expect(all.filter((name) => name === 'canary')).toHaveLength(14)
    expect(new WeightedTurns().next(new Map([['stable', 0]]))).toBeUndefined()
  })
})

describeWithCluster('The gateway stand-in', (cluster) => {
  let gateway: GatewayStandIn
  let processes: HttpBackend[]

  const apply = async (canary: number): Promise<void> => {
    await cluster.apply([routeWith({ backendRefs: backends(canary) })])
  }
  const seen = async () => {
    const route = await cluster.get(routeWith())
    const [parent] = items(at(route, 'status', 'parents'))
    const conditions = items(at(parent, 'conditions')).map((condition) => ({
      type: at(condition, 'type'),
      status: at(condition, 'status'),
      isCurrent: at(condition, 'observedGeneration') === route?.metadata.generation,
    }))
    return { generation: Number(route?.metadata.generation), conditions }
  }
  const said = (accepted: string, resolved: string) => [
    { type: 'Accepted', status: accepted, isCurrent: true },
    { type: 'ResolvedRefs', status: resolved, isCurrent: true },
  ]
  const until = (accepted: string, resolved: string) =>
    eventually(
      `Accepted ${accepted}, ResolvedRefs ${resolved}`,
      seen,
      ({ conditions }) => JSON.stringify(conditions) === JSON.stringify(said(accepted, resolved)),
    )
  const answers = async (count: number) => {
    const names: Record<string, number> = {}
    for (let sent = 0; sent < count; sent++) {
      const { status, body } = await askProxy(gateway.proxy.port, 'www.example.com')
      const name = status === 200 ? body : String(status)
      names[name] = (names[name] ?? 0) + 1
    }
    return names
  }

  beforeAll(async () => {
    const namespace = await cluster.namespace()
    await cluster.apply(await gatewayApiDefinitions())
    gateway = await GatewayStandIn.start({ cluster, namespace, gateway: 'public' })
    processes = await Promise.all(['stable', 'canary'].map((name) => HttpBackend.start(name)))
    const [stable, canary] = processes as [HttpBackend, HttpBackend]
    gateway.proxy.backends.set('web-stable', stable.port).set('web-canary', canary.port)
  })
  afterAll(async () => {
    await gateway?.stop()
    for (const process of processes ?? []) await process[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    Object.assign(gateway, { looksAfterMs: 0, proxyLagMs: 0, isAwake: true, accepts: true })
  })

  it('does not find Services that are not there', async () => {
    await apply(0)
    await until('True', 'False')
  })

  it('steers real requests by the weights in the cluster', async () => {
    for (const { name } of backends(0)) {
      const spec = { selector: { app: name }, ports: [{ port: 80 }] }
      await cluster.apply([
        { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec } as never,
      ])
    }
    await apply(5)
    await until('True', 'True')
    expect(await answers(100)).toEqual({ stable: 95, canary: 5 })
    await apply(100)
    await until('True', 'True')
    expect(await answers(10)).toEqual({ canary: 10 })
  })

  it('may be slow to look', async () => {
    gateway.looksAfterMs = 700
    await apply(0)
    const { conditions } = await seen()
    expect(conditions).toMatchObject([{ isCurrent: false }, { isCurrent: false }])
    expect(await answers(5)).toEqual({ canary: 5 })
    await until('True', 'True')
    await eventually(
      'it is steered anew',
      () => answers(1),
      ({ stable }) => stable === 1,
    )
  })

  it('may have proxies that come later than its word', async () => {
    gateway.proxyLagMs = 1500
    await apply(100)
    await until('True', 'True')
    expect(await answers(1)).toEqual({ stable: 1 })
    await eventually(
      'it is steered anew',
      () => answers(1),
      ({ canary }) => canary === 1,
    )
  })

  it('may never accept, and then goes on by what it accepted', async () => {
    gateway.accepts = false
    await apply(0)
    await until('False', 'True')
    expect(await answers(5)).toEqual({ canary: 5 })
  })

  it('may never look, and look again later', async () => {
    gateway.isAwake = false
    await apply(50)
    gateway.isAwake = true
    await gateway.lookAgain()
    await until('True', 'True')
    expect(await answers(10)).toEqual({ stable: 5, canary: 5 })
  })

  it('may lose a status, and gives it back', async () => {
    await gateway.loseStatus('web')
    expect((await seen()).conditions).toEqual([])
    gateway.isAwake = true
    await gateway.lookAgain()
    await until('True', 'True')
  })

  it('answers 503 where nobody listens, and 404 without a route', async () => {
    gateway.proxy.backends.delete('web-canary')
    await apply(100)
    await until('True', 'True')
    expect(await answers(1)).toEqual({ 503: 1 })
    const path = await cluster.pathOf(routeWith())
    await cluster.send({ method: 'DELETE', path: path! })
    await eventually(
      'the route is gone',
      () => answers(1),
      (seen) => seen[404] === 1,
    )
  })
})
