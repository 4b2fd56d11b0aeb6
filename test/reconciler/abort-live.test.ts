import { describe, expect, it } from 'vitest'
import { KubernetesRefusalError } from '../../kubernetes/errors.ts'
import { at, items } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { LiveAbortRefusedError } from '../../reconciler/live-abort-refused-error.ts'
import { othersIn } from '../../reconciler/suspended-sync.ts'
import { LIVE_ABORT_ANNOTATION, liveAbortOf } from '../../rollouts/live-abort.ts'
import type { Stage } from '../../rollouts/record.ts'
import { suspendedFor } from '../../rollouts/suspended-for.ts'
import { planWith, ratioSpec } from '../rollouts/plan-fixture.ts'
import {
  APPLICATIONS,
  application,
  type ClusterInFlight,
  clusterInFlight,
  DEPLOYMENTS,
  declaring,
  KUSTOMIZATIONS,
  kustomization,
  LIVE,
  ROUTE,
  TRAFFIC,
  withMetadata,
} from './cluster-in-flight.ts'
import { Killed, type MemoryApiServer } from './memory-api-server.ts'

const SKIPPED = 'argocd.argoproj.io/skip-reconcile'

/** Weights of the two tracks, rule by rule. */
const weights = (api: MemoryApiServer): readonly unknown[] =>
  items(at(api.get(ROUTE).spec, 'rules')).map((rule) =>
    items(at(rule, 'backendRefs')).map((backend) => at(backend, 'weight')),
  )

const isSuspended = (api: MemoryApiServer, path = TRAFFIC): boolean =>
  at(api.get(path).spec, 'suspend') === true

/** What was written, in order, rehearsals left out. */
const written = (api: MemoryApiServer): readonly string[] =>
  api.requests
    .filter((request) => request.startsWith('PATCH ') && !request.includes('dryRun'))
    .map((request) => request.split('/').at(-1) ?? '')

const refusalOf = async ({ abort }: ClusterInFlight, props = {}) => {
  const error = await abort(props).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(LiveAbortRefusedError)
  return error as LiveAbortRefusedError
}

/** The route is applied by an Application in place of a Kustomization. */
function byArgo({ api }: ClusterInFlight, sync: KubernetesObject): void {
  api.edit(ROUTE, ({ metadata: { labels, ...metadata }, ...route }) =>
    withMetadata({ ...route, metadata } as KubernetesObject, {
      annotations: {
        'argocd.argoproj.io/tracking-id':
          'prod-traffic-shop:gateway.networking.k8s.io/HTTPRoute:shop/checkout',
      },
    }),
  )
  api.put(APPLICATIONS, sync)
}

describe('An abort in the cluster', () => {
  it('notes what is owed, suspends what syncs the route, and sends all requests to stable', async () => {
    const { api, rollout, abort } = clusterInFlight()
    const before = weights(api)
    expect(before).toEqual([
      [0, 100],
      [75, 25],
    ])
    const { done, open } = await abort()
    expect(written(api)).toEqual(['checkout', 'prod-traffic-shop', 'checkout'])
    expect(weights(api)).toEqual([
      [100, 0],
      [100, 0],
    ])
    expect(isSuspended(api)).toBe(true)
    expect(isSuspended(api, `${KUSTOMIZATIONS}/prod-workloads-shop`)).toBe(false)
    expect({ done, open }).toEqual({
      done: ['HTTPRoute shop/checkout sends all requests to stable'],
      open: [],
    })
    expect(liveAbortOf(api.get(ROUTE))).toEqual({
      app: 'shop/checkout',
      rollout: rollout.id,
      reason: 'customers complain',
      by: 'alice',
      at: '2026-11-21T01:00:00Z',
      syncs: [
        {
          group: 'kustomize.toolkit.fluxcd.io',
          kind: 'Kustomization',
          namespace: 'flux-system',
          name: 'prod-traffic-shop',
        },
      ],
    })
  })

  it('asked for again finds nothing to do, and keeps what was said first', async () => {
    const { api, abort } = clusterInFlight()
    await abort()
    const after = api.get(ROUTE)
    api.restart()
    const { done, abort: kept } = await abort({ reason: 'another one' })
    expect(done).toEqual([])
    expect(kept.reason).toBe('customers complain')
    expect(written(api)).toEqual([])
    expect(api.get(ROUTE)).toEqual(after)
  })

  it('asked for again notes anew what was lost, and all that is suspended for it', async () => {
    const { api, abort } = clusterInFlight()
    const { abort: first } = await abort()
    api.edit(ROUTE, ({ metadata: { annotations: _, ...metadata }, ...route }) => ({
      ...route,
      metadata,
    }))
    await abort()
    expect(liveAbortOf(api.get(ROUTE))?.syncs).toEqual(first.syncs)
  })

  it('is nobody’s where the API server does not say whose', async () => {
    const { api, abort } = clusterInFlight()
    api.forbidden = (request) => request.endsWith('/selfsubjectreviews')
    await abort()
    expect(liveAbortOf(api.get(ROUTE))).not.toHaveProperty('by')
  })

  it('knows which other apps the sync applies', () => {
    expect(othersIn('shop/checkout', kustomization('any'))).toEqual(['shop/web'])
    expect(othersIn('shop/checkout', application('any'))).toEqual(['shop/web'])
  })

  it.each<[string, Stage]>([
    ['before the canary has any request', { phase: 'progressing', step: 1, part: 'scaling' }],
    ['with requests that carry a mark', { phase: 'progressing', step: 1, part: 'live' }],
    ['while the canary grows', { phase: 'progressing', step: 4, part: 'scaling' }],
    ['with all requests on the canary', { phase: 'progressing', step: 6, part: 'live' }],
  ])('is possible %s', async (_, stage) => {
    const { api, abort } = clusterInFlight(stage)
    await abort()
    expect(weights(api).every((rule) => String(rule) === '100,0')).toBe(true)
  })

  it('keeps both tracks too where the branch may already say that stable becomes the canary', async () => {
    const { api, abort } = clusterInFlight({ phase: 'progressing', step: 6, part: 'live' })
    const { open } = await abort()
    expect(open).toEqual([])
    expect(isSuspended(api)).toBe(true)
    expect(isSuspended(api, `${KUSTOMIZATIONS}/prod-workloads-shop`)).toBe(true)
    expect(liveAbortOf(api.get(ROUTE))?.syncs.map(({ name }) => name)).toEqual([
      'prod-traffic-shop',
      'prod-workloads-shop',
    ])
    api.restart()
    await abort()
    expect(written(api)).toEqual([])
  })

  it('believes no note that is not about this app, or not on its route', async () => {
    const { api, rollout, abort } = clusterInFlight()
    const note = (app: string) => ({
      [LIVE_ABORT_ANNOTATION]: JSON.stringify({
        app,
        rollout: rollout.id,
        reason: 'none of yours',
        at: '2026-11-21T01:00:00Z',
        syncs: [],
      }),
    })
    api.edit(ROUTE, (route) => withMetadata(route, { annotations: note('other/app') }))
    api.edit(`${DEPLOYMENTS}/checkout`, (stable) =>
      withMetadata(stable, { annotations: note('shop/checkout') }),
    )
    await abort()
    expect(liveAbortOf(api.get(ROUTE))).toMatchObject({
      app: 'shop/checkout',
      reason: 'customers complain',
    })
  })

  it('rules that are not about both tracks stay as they are', async () => {
    const { api, abort } = clusterInFlight()
    const other = { backendRefs: [{ name: 'static', port: 80, weight: 1 }] }
    api.edit(ROUTE, (route) => ({
      ...route,
      spec: { ...(route.spec as object), rules: [other, ...items(at(route.spec, 'rules'))] },
    }))
    await abort()
    expect(weights(api)).toEqual([[1], [100, 0], [100, 0]])
  })

  it('moves every route that splits between the tracks', async () => {
    const { api, abort } = clusterInFlight()
    const second = api.get(ROUTE)
    api.put(ROUTE.slice(0, ROUTE.lastIndexOf('/')), {
      ...second,
      metadata: { ...second.metadata, name: 'checkout-internal' },
    })
    expect((await abort()).done).toEqual([
      'HTTPRoute shop/checkout sends all requests to stable',
      'HTTPRoute shop/checkout-internal sends all requests to stable',
    ])
    expect(liveAbortOf(api.get(`${ROUTE}-internal`))).toEqual(liveAbortOf(api.get(ROUTE)))
  })

  it('keeps what others write in the same moment', async () => {
    const { api, abort } = clusterInFlight()
    let isWritten = false
    api.before = (request) => {
      if (isWritten || request !== `PATCH ${ROUTE}`) return
      isWritten = true
      api.edit(ROUTE, (route) => withMetadata(route, { annotations: { team: 'checkout' } }))
    }
    await abort()
    expect(api.get(ROUTE).metadata.annotations).toMatchObject({ team: 'checkout' })
    expect(liveAbortOf(api.get(ROUTE))?.reason).toBe('customers complain')
  })

  it('outlives a sync that was under way and puts the route back', async () => {
    const { api, abort } = clusterInFlight()
    const { spec } = api.get(ROUTE)
    api.edit(TRAFFIC, (sync) => ({ ...sync, status: applying }))
    let looks = 0
    api.before = (request) => {
      if (request !== `GET ${ROUTE}` || !isSuspended(api)) return
      looks += 1
      if (looks === 3) api.edit(ROUTE, (route) => ({ ...route, spec }))
      if (looks === 3) api.edit(TRAFFIC, (sync) => ({ ...sync, status: {} }))
    }
    const { open } = await abort()
    expect(open).toEqual([])
    expect(written(api)).toEqual(['checkout', 'prod-traffic-shop', 'checkout', 'checkout'])
    expect(weights(api)).toEqual([
      [100, 0],
      [100, 0],
    ])
  })

  it('says which gateway has not taken the route yet', async () => {
    const { api, abort } = clusterInFlight()
    api.edit(ROUTE, ({ status, ...route }) => route as KubernetesObject)
    const { done, open } = await abort()
    expect(done).toHaveLength(1)
    expect(open).toEqual(['Gateway shop/public has said nothing of HTTPRoute shop/checkout'])
  })

  it('says what is still under way when it has looked for long', async () => {
    const { api, abort } = clusterInFlight()
    api.edit(TRAFFIC, (sync) => ({ ...sync, status: applying }))
    const { open } = await abort()
    expect(open).toEqual([
      'Kustomization flux-system/prod-traffic-shop is still in the middle of applying something',
    ])
  })

  it('says that somebody puts the route back again and again', async () => {
    const { api, abort } = clusterInFlight()
    const { spec } = api.get(ROUTE)
    api.before = (request) => {
      if (request === `GET ${ROUTE}` && isSuspended(api)) {
        api.edit(ROUTE, (route) => ({ ...route, spec }))
      }
    }
    expect((await abort()).open).toEqual([
      'somebody has undone that HTTPRoute shop/checkout sends all requests to stable, and it was done once more',
    ])
  })
})

const applying = { conditions: [{ type: 'Reconciling', status: 'True', reason: 'Progressing' }] }

describe('What would put the route back', () => {
  it('may be the sync of its sync, where manifests say whether that is suspended', async () => {
    const { api, abort } = clusterInFlight()
    const owner = { 'kustomize.toolkit.fluxcd.io/name': 'sync' }
    const labels = { ...owner, 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
    const child = withMetadata(kustomization('prod-traffic-shop'), { labels })
    api.put(KUSTOMIZATIONS, declaring(child, { 'f:spec': { 'f:suspend': {} } }))
    const parent = withMetadata(kustomization('sync'), { labels })
    api.put(KUSTOMIZATIONS, declaring(parent, { 'f:spec': { 'f:suspend': {} } }))
    await abort()
    expect(written(api)).toEqual(['checkout', 'sync', 'prod-traffic-shop', 'checkout'])
    expect(liveAbortOf(api.get(ROUTE))?.syncs.map(({ name }) => name)).toEqual([
      'sync',
      'prod-traffic-shop',
    ])
  })

  it('is not the sync of its sync, where no manifest says so', async () => {
    const { api, abort } = clusterInFlight()
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'sync',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    }
    const child = withMetadata(kustomization('prod-traffic-shop'), { labels })
    api.put(KUSTOMIZATIONS, declaring(child, { 'f:spec': { 'f:interval': {} } }))
    await abort()
    expect(written(api)).toEqual(['checkout', 'prod-traffic-shop', 'checkout'])
  })

  it('may be an Application of Argo CD', async () => {
    const cluster = clusterInFlight()
    byArgo(cluster, application('prod-traffic-shop'))
    await cluster.abort()
    const { annotations } = cluster.api.get(`${APPLICATIONS}/prod-traffic-shop`).metadata
    expect(annotations?.[SKIPPED]).toBe('true')
    expect(isSuspended(cluster.api)).toBe(false)
    expect(weights(cluster.api)).toEqual([
      [100, 0],
      [100, 0],
    ])
  })

  it('may be an Application of another namespace than usual', async () => {
    const cluster = clusterInFlight()
    byArgo(cluster, application('prod-traffic-shop'))
    const { message, remedy } = await refusalOf(cluster, { argoNamespace: 'cd' })
    expect(message).toContain('Application cd/prod-traffic-shop, which is not in this cluster')
    expect(remedy).toContain('--argocd-namespace')
  })

  it('may be an Application whose annotations somebody takes away', async () => {
    const cluster = clusterInFlight()
    const sync = application('prod-traffic-shop')
    const ownerReferences = [{ kind: 'ApplicationSet', name: 'all-of-prod' }]
    byArgo(cluster, { ...sync, metadata: { ...sync.metadata, ownerReferences } })
    expect((await refusalOf(cluster)).message).toContain('ApplicationSet all-of-prod')
    expect(written(cluster.api)).toEqual([])
  })

  it('may be what remembers to have applied that, as client-side apply does', async () => {
    const { api, abort } = clusterInFlight()
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'sync',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    }
    const applied = JSON.stringify({ spec: { suspend: false } })
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': applied }
    const child = withMetadata(kustomization('prod-traffic-shop'), { labels, annotations })
    api.put(KUSTOMIZATIONS, child)
    api.put(KUSTOMIZATIONS, kustomization('sync'))
    await abort()
    expect(written(api)).toEqual(['checkout', 'sync', 'prod-traffic-shop', 'checkout'])
  })

  it('is left to whoever has suspended it before', async () => {
    const { api, abort } = clusterInFlight()
    api.edit(TRAFFIC, (sync) => ({ ...sync, spec: { suspend: true } }))
    await abort()
    expect(suspendedFor(api.get(TRAFFIC))).toEqual([])
    expect(liveAbortOf(api.get(ROUTE))?.syncs).toEqual([])
  })

  it('may be elsewhere, for which a person vouches', async () => {
    const cluster = clusterInFlight()
    cluster.api.delete(TRAFFIC)
    const { message, remedy } = await refusalOf(cluster)
    expect(message).toContain('flux-system/prod-traffic-shop, which is not in this cluster')
    expect(remedy).toContain('--sync-suspended')
    await cluster.abort({ isSyncSuspended: true })
    expect(weights(cluster.api)).toEqual([
      [100, 0],
      [100, 0],
    ])
  })
})

describe('An abort in the cluster of an environment that is meant', () => {
  const untold = ({ api }: ClusterInFlight): void =>
    api.edit(TRAFFIC, (sync) => ({ ...sync, spec: { ...(sync.spec as object), path: './' } }))

  it('is made in the cluster of that, and says so where none is meant', async () => {
    expect((await clusterInFlight().abort({ environment: 'prod' })).environment).toBe('prod')
    expect((await clusterInFlight().abort()).environment).toBe('prod')
    const cluster = clusterInFlight()
    untold(cluster)
    expect(await cluster.abort()).not.toHaveProperty('environment')
  })

  it.each([
    ['whoever vouches', { isClusterChecked: true }],
    ['although nothing is suspended', { isSyncSuspended: true }],
    ['in any case', {}],
  ])('is refused in the cluster of another one, %s', async (_, props) => {
    const cluster = clusterInFlight()
    const { message, remedy } = await refusalOf(cluster, { environment: 'staging', ...props })
    expect(message).toBe(
      'Kustomization flux-system/prod-traffic-shop applies shop/checkout as it is in prod, and not in staging',
    )
    expect(remedy).toContain('name the cluster of staging with --kubeconfig and --context')
    expect(written(cluster.api)).toEqual([])
  })

  it('is refused by an Application of another one too', async () => {
    const cluster = clusterInFlight()
    const source = { path: 'prod/traffic/shop' }
    byArgo(cluster, { ...application('prod-traffic-shop'), spec: { source } })
    const { message } = await refusalOf(cluster, { environment: 'staging' })
    expect(message).toMatch(/^Application argocd\/prod-traffic-shop applies .* in prod, and not in/)
  })

  it('needs no right to see what the cluster says of itself, once somebody has checked', async () => {
    const cluster = clusterInFlight()
    cluster.api.forbidden = (request) => request.includes('/kustomizations/')
    const props = { environment: 'prod', isSyncSuspended: true }
    await expect(cluster.abort(props)).rejects.toThrow('kustomizations')
    const { environment } = await cluster.abort({ ...props, isClusterChecked: true })
    expect(environment).toBe('prod')
  })

  it('is refused where nothing tells, until somebody has checked', async () => {
    const cluster = clusterInFlight()
    untold(cluster)
    const { message, remedy } = await refusalOf(cluster, { environment: 'prod' })
    expect(message).toBe('Nothing in this cluster says that it is the one of prod')
    expect(remedy).toContain('--cluster-checked')
    expect(written(cluster.api)).toEqual([])
    const { environment } = await cluster.abort({ environment: 'prod', isClusterChecked: true })
    expect(environment).toBe('prod')
    expect(isSuspended(cluster.api)).toBe(true)
  })

  it('needs no right to see a sync that somebody else has suspended, if none is meant', async () => {
    const { api, abort } = clusterInFlight()
    api.forbidden = (request) => request.includes('/kustomizations/')
    expect((await abort({ isSyncSuspended: true })).open).toEqual([])
  })
})

describe('An abort in the cluster is refused', () => {
  const stable = `${DEPLOYMENTS}/checkout`
  const pods = ({ api }: ClusterInFlight, status: object) =>
    api.edit(stable, (object) => ({
      ...object,
      status: { ...(object.status as object), ...status },
    }))

  it('where nothing is in flight', async () => {
    const cluster = clusterInFlight()
    cluster.api.delete(`${DEPLOYMENTS}/checkout-canary`)
    expect((await refusalOf(cluster)).message).toContain('No release of shop/checkout is in flight')
  })

  it('where the canary is none of ours', async () => {
    const cluster = clusterInFlight()
    cluster.api.edit(`${DEPLOYMENTS}/checkout-canary`, ({ metadata, ...object }) => {
      const { annotations, ...rest } = metadata
      return { ...object, metadata: rest } as KubernetesObject
    })
    expect((await refusalOf(cluster)).message).toContain('No release of shop/checkout is in flight')
  })

  it.each<[string, Stage]>([
    ['while stable changes', { phase: 'promoting' }],
    ['while traffic goes back to it', { phase: 'shifting-back' }],
  ])('%s: it would answer no better', async (_, stage) => {
    const { message, remedy } = await refusalOf(clusterInFlight(stage))
    expect(message).toContain('Deployment shop/checkout has the new version too')
    expect(remedy).toContain('rollout undo deployment/checkout')
  })

  it('while stable lacks pods, unless somebody takes that for the lesser evil', async () => {
    const cluster = clusterInFlight()
    pods(cluster, { readyReplicas: 2 })
    const { message, remedy } = await refusalOf(cluster)
    expect(message).toContain('Deployment shop/checkout has 2 of 3 pods ready')
    expect(remedy).toContain('--accept-fewer-pods')
    expect(written(cluster.api)).toEqual([])
    await cluster.abort({ acceptsFewerPods: true })
    expect(weights(cluster.api)[0]).toEqual([100, 0])
  })

  it('not where all requests go to stable already, whatever that has', async () => {
    const cluster = clusterInFlight()
    await cluster.abort()
    pods(cluster, { readyReplicas: 0 })
    expect((await cluster.abort()).open).toEqual([])
  })

  it('while stable is in the middle of an update', async () => {
    const cluster = clusterInFlight()
    pods(cluster, { updatedReplicas: 1 })
    expect((await refusalOf(cluster)).message).toContain('2 pods of an older template')
  })

  it('while stable has no pod at all, whatever somebody takes', async () => {
    const cluster = clusterInFlight()
    pods(cluster, { readyReplicas: 0 })
    const { message } = await refusalOf(cluster, { acceptsFewerPods: true })
    expect(message).toContain('has no pod that could answer')
  })

  it('where nothing is known to split the requests', async () => {
    const cluster = clusterInFlight()
    cluster.api.delete(ROUTE)
    cluster.api.delete('/api/v1/namespaces/shop/services/checkout')
    const { message, remedy } = await refusalOf(cluster)
    expect(message).toContain('Nothing that is known splits the requests of shop/checkout')
    expect(remedy).toContain('by what routes them')
  })

  it.each([
    ['the sync', `PATCH ${TRAFFIC}`],
    ['the route', `PATCH ${ROUTE}`],
  ])('with nothing changed, where %s may not be changed', async (_, forbidden) => {
    const { api, abort } = clusterInFlight()
    const before = [api.get(ROUTE), api.get(TRAFFIC)]
    api.forbidden = (request) => request === forbidden
    const error = await abort().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(KubernetesRefusalError)
    expect((error as Error).message).toContain(forbidden)
    expect([api.get(ROUTE), api.get(TRAFFIC)]).toEqual(before)
  })
})

describe('An abort in the cluster of an app whose pods are its weights', () => {
  const [stable, canary] = [`${DEPLOYMENTS}/checkout`, `${DEPLOYMENTS}/checkout-canary`]
  const WORKLOADS = `${KUSTOMIZATIONS}/prod-workloads-shop`
  const replicas = (api: MemoryApiServer, path: string): unknown =>
    at(api.get(path).spec, 'replicas')

  /** As whoever runs pods, which are ready at once. */
  function withPods({ api }: ClusterInFlight): void {
    api.before = () => {
      const count = replicas(api, stable)
      if (at(api.get(stable).status, 'readyReplicas') === count) return
      const counts = { replicas: count, updatedReplicas: count, readyReplicas: count }
      api.edit(stable, (object) => ({
        ...object,
        status: { ...(object.status as object), ...counts },
      }))
    }
  }

  const inFlight = () =>
    clusterInFlight({ phase: 'progressing', step: 2, part: 'live' }, planWith(ratioSpec))

  it('gives stable all pods first, and takes those of the canary then', async () => {
    const cluster = inFlight()
    const { api, abort } = cluster
    const [before, beside] = [Number(replicas(api, stable)), Number(replicas(api, canary))]
    expect(beside).toBeGreaterThan(0)
    withPods(cluster)
    const { done, open, abort: note } = await abort()
    const needed = before + beside
    expect(note.replicas).toBe(needed)
    expect({ done, open }).toEqual({
      done: [
        `Deployment shop/checkout has ${needed} pods`,
        'Deployment shop/checkout-canary has none',
      ],
      open: [],
    })
    expect(written(api)).toEqual(['checkout', 'prod-workloads-shop', 'checkout', 'checkout-canary'])
    expect([replicas(api, stable), replicas(api, canary)]).toEqual([needed, 0])
    expect(isSuspended(api, WORKLOADS)).toBe(true)
    expect(isSuspended(api)).toBe(false)
  })

  it('leaves the canary its pods until those of stable are ready', async () => {
    const cluster = inFlight()
    const { api, abort } = cluster
    const beside = replicas(api, canary)
    const { open } = await abort()
    expect(open[0]).toMatch(/^Deployment shop\/checkout has \d+ of \d+ pods ready$/)
    expect(replicas(api, canary)).toBe(beside)
    const needed = replicas(api, stable)
    withPods(cluster)
    expect((await abort()).open).toEqual([])
    expect([replicas(api, stable), replicas(api, canary)]).toEqual([needed, 0])
  })

  it('takes them before, if somebody takes that for the lesser evil', async () => {
    const { api, abort } = inFlight()
    expect((await abort({ acceptsFewerPods: true })).open).toEqual([])
    expect(replicas(api, canary)).toBe(0)
  })

  it('is refused once stable has the new version', async () => {
    const cluster = clusterInFlight({ phase: 'promoting' }, planWith(ratioSpec))
    expect((await refusalOf(cluster)).message).toContain('has the new version too')
  })
})

describe('An abort in the cluster that is killed', () => {
  const state = (api: MemoryApiServer) => {
    const { resourceVersion: _, ...route } = api.get(ROUTE).metadata
    const { resourceVersion: __, ...sync } = api.get(TRAFFIC).metadata
    return { route, sync, rules: weights(api), isSuspended: isSuspended(api) }
  }

  it.each([false, true])(
    'at any of its calls is finished by the next one (after it: %j)',
    async (isAfter) => {
      const whole = clusterInFlight()
      await whole.abort()
      const expected = state(whole.api)
      let deaths = 0
      for (let nth = 1; ; nth++) {
        const { api, abort } = clusterInFlight(LIVE)
        api.restart({ nth, isAfter })
        const error = await abort().catch((error: unknown) => error)
        if (!(error instanceof Error)) break
        expect(error.cause).toBeInstanceOf(Killed)
        deaths += 1
        // Requests never go to a canary that the branch is not told to abort.
        const isMoved = weights(api).every((rule) => String(rule) === '100,0')
        if (isMoved)
          expect(api.get(ROUTE).metadata.annotations).toHaveProperty([LIVE_ABORT_ANNOTATION])
        if (isSuspended(api)) expect(liveAbortOf(api.get(ROUTE))).toBeDefined()
        api.restart()
        await abort()
        expect(state(api)).toEqual(expected)
      }
      expect(deaths).toBeGreaterThan(15)
    },
  )
})
