import { describe, expect, it } from 'vitest'
import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../kubernetes/transport.ts'
import type { Identity } from '../../manifests/identity.ts'
import { KubernetesLiveState } from '../../reconciler/kubernetes-live-state.ts'
import { LiveStateUnavailableError } from '../../rollouts/live-state.ts'
import { answered, answeredByPath, type Canned, refusal } from '../kubernetes/canned-answers.ts'

const identity = (kind: string, group: string, name = 'checkout'): Identity => ({
  group,
  kind,
  namespace: 'shop',
  name,
})
const deployment = (name = 'checkout') => identity('Deployment', 'apps', name)

const DATE = { date: 'Sat, 21 Nov 2026 00:10:00 GMT' }
const found = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'checkout' } }

const read = (canned: Canned, ...identities: readonly Identity[]) =>
  new KubernetesLiveState({ client: answered(canned) }).read(identities)

/** A server that is asked by path, and gives its answers when it is told to. */
function asked() {
  const paths: string[] = []
  const waiting: (() => void)[] = []
  const transport: KubernetesTransport = {
    open: async ({ path, signal }) => {
      paths.push(path)
      await new Promise<void>((resolve, reject) => {
        waiting.push(resolve)
        signal.addEventListener('abort', () => reject(signal.reason))
      })
      return {
        status: 200,
        headers: new Headers({ ...DATE, 'content-type': 'application/json' }),
        body: (async function* () {
          yield new TextEncoder().encode(JSON.stringify(found))
        })(),
      }
    },
  }
  return { client: new KubernetesClient({ transport }), paths, waiting }
}

describe('what runs in a cluster', () => {
  it('is read by name, each kind where it is', async () => {
    const { client, paths, waiting } = asked()
    const reading = new KubernetesLiveState({ client }).read([
      deployment('a/b'),
      identity('HorizontalPodAutoscaler', 'autoscaling'),
      identity('Service', ''),
      identity('HTTPRoute', 'gateway.networking.k8s.io'),
    ])
    await expect.poll(() => paths).toHaveLength(4)
    for (const answer of waiting) answer()
    await reading
    expect(paths).toEqual([
      '/apis/apps/v1/namespaces/shop/deployments/a%2Fb',
      '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/checkout',
      '/api/v1/namespaces/shop/services/checkout',
      '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/checkout',
    ])
  })

  it('is read by few calls at once', async () => {
    const { client, paths, waiting } = asked()
    const names = Array.from({ length: 9 }, (_, index) => deployment(`app-${index}`))
    const reading = new KubernetesLiveState({ client, atOnce: 2 }).read(names)
    for (let answered = 0; answered < names.length; answered++) {
      await expect.poll(() => waiting.length).toBeGreaterThan(answered)
      expect(paths.length - answered).toBeLessThanOrEqual(2)
      waiting[answered]?.()
    }
    expect((await reading).objects).toHaveLength(9)
  })

  it('comes with the clock of the API server', async () => {
    expect(await read({ status: 200, body: found, headers: DATE }, deployment())).toEqual({
      atMs: Date.parse('2026-11-21T00:10:00Z'),
      objects: [found],
    })
  })

  it('may be that there is nothing', async () => {
    const body = refusal(404, 'NotFound', 'deployments.apps "checkout" not found')
    const { objects } = await read({ status: 404, body, headers: DATE }, deployment(), deployment())
    expect(objects).toEqual([undefined, undefined])
  })

  it('is not read any longer than somebody wants to know', async () => {
    const { client, paths } = asked()
    const controller = new AbortController()
    const reading = new KubernetesLiveState({ client }).read([deployment()], controller.signal)
    const failure = reading.catch((error: unknown) => error)
    await expect.poll(() => paths).toHaveLength(1)
    controller.abort(new Error('enough'))
    expect(await failure).toEqual(new Error('enough'))
  })
})

describe('nothing is concluded', () => {
  it.each<[string, Canned, RegExp]>([
    [
      'from a refusal',
      { status: 403, body: refusal(403, 'Forbidden', 'cannot get resource'), headers: DATE },
      /^What runs cannot be seen: GET \/apis\/apps\/v1\/namespaces\/shop\/deployments\/checkout was refused \(403 Forbidden\)/,
    ],
    [
      'from a server that fails',
      { status: 500, body: refusal(500, 'InternalError', 'etcd'), headers: DATE },
      /was refused \(500 InternalError\)/,
    ],
    [
      'from the page of a proxy',
      { status: 404, body: '<h1>Not Found</h1>', headers: DATE },
      /was answered 404, not by an API server/,
    ],
    ['from half an object', { status: 200, body: { kind: 'Deployment' }, headers: DATE }, /200/],
    ['without a clock', { status: 200, body: found }, /does not tell the time$/],
  ])('%s', async (_, canned, message) => {
    const failure = await read(canned, deployment()).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(LiveStateUnavailableError)
    expect((failure as Error).message).toMatch(message)
  })

  it('from a kind that the cluster does not serve, but what to install', async () => {
    const nothing = { status: 404, body: '404 page not found\n', headers: DATE }
    const client = answeredByPath(
      { '/apis': { status: 200, body: { kind: 'APIGroupList' } } },
      nothing,
    )
    const live = new KubernetesLiveState({ client })
    const route = identity('HTTPRoute', 'gateway.networking.k8s.io')
    await expect(live.read([route])).rejects.toThrow(
      'What runs cannot be seen: the cluster does not serve HTTPRoute (gateway.networking.k8s.io/v1): ' +
        'install the CustomResourceDefinitions of Gateway API, 1.0 or newer, and what implements it',
    )
    await expect(read(nothing, route)).rejects.toThrow(/not by an API server/)
  })

  it('from a kind that nobody knows where to find', async () => {
    const other = identity('Split', 'mesh.example.com')
    await expect(read({ status: 200, body: found, headers: DATE }, other)).rejects.toThrow(
      'What runs cannot be seen: nobody knows where Split.mesh.example.com shop/checkout is kept',
    )
  })

  it('from a branch without anything that runs', async () => {
    await expect(read({ status: 200, body: found, headers: DATE })).rejects.toThrow(
      LiveStateUnavailableError,
    )
  })
})

describe('what applies the branch', () => {
  const sync = {
    group: 'kustomize.toolkit.fluxcd.io',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'prod-traffic',
  }
  const readSync = (canned: Canned, own: Canned = canned) => {
    const path =
      '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/prod-traffic'
    return new KubernetesLiveState({
      client: answeredByPath({ [path]: own }, canned),
    }).syncs?.read(sync)
  }
  const groups = { status: 200, body: { kind: 'APIGroupList' } }

  it('is read by name', async () => {
    const object = { apiVersion: 'v1', kind: 'Kustomization', metadata: { name: 'prod-traffic' } }
    const own = { status: 200, body: object, headers: DATE }
    expect(await readSync(groups, own)).toEqual(object)
  })

  it.each([
    ['is another cluster that it runs in', { status: 404, body: '404 page not found\n' }],
    ['is gone', { status: 404, body: refusal(404, 'NotFound', 'not found'), headers: DATE }],
  ])('is nothing that is known if it %s', async (_, own) => {
    expect(await readSync(groups, own)).toBeUndefined()
  })

  it('is not known if nobody may see it', async () => {
    const own = { status: 403, body: refusal(403, 'Forbidden', 'cannot get'), headers: DATE }
    await expect(readSync(groups, own)).rejects.toBeInstanceOf(LiveStateUnavailableError)
  })

  it('is not asked for where nobody may', () => {
    const client = answered(groups)
    expect(new KubernetesLiveState({ client, readsSyncs: false }).syncs).toBeUndefined()
  })
})
