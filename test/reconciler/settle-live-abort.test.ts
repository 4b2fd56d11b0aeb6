import { describe, expect, it } from 'vitest'
import { at } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { ClusterObjects } from '../../reconciler/cluster-objects.ts'
import { LiveAbortRefusedError } from '../../reconciler/live-abort-refused-error.ts'
import {
  type SettledLiveAbort,
  type SettleLiveAbortProps,
  settleLiveAbort,
} from '../../reconciler/settle-live-abort.ts'
import { suspendFor } from '../../reconciler/suspended-sync.ts'
import {
  LIVE_ABORT_ANNOTATION,
  type LiveAbort,
  liveAbortOf,
  writeLiveAbort,
} from '../../rollouts/live-abort.ts'
import { suspendedFor } from '../../rollouts/suspended-for.ts'
import type { SyncIdentity } from '../../rollouts/sync-of-object.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import {
  APPLICATIONS,
  application,
  KUSTOMIZATIONS,
  kustomization,
  ROUTE,
  TRAFFIC,
  withMetadata,
} from './cluster-in-flight.ts'
import { Killed, MemoryApiServer } from './memory-api-server.ts'
import { APP, type Release, releaseOn } from './release-fixture.ts'

const SOURCES = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories'

const SYNC: SyncIdentity = {
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace: 'flux-system',
  name: 'prod-traffic-shop',
}

const DEBT: Omit<LiveAbort, 'rollout'> = {
  app: APP,
  reason: 'customers complain',
  by: 'alice',
  at: '2026-11-21T01:00:00Z',
  syncs: [SYNC],
}

interface AbortedInCluster {
  readonly release: Release
  readonly api: MemoryApiServer
  /** What the source of the sync has: a commit. */
  readonly fetch: (commit: string) => void
  readonly settle: (props?: Partial<SettleLiveAbortProps>) => Promise<SettledLiveAbort | undefined>
  readonly tip: () => Promise<string>
}

/** A release in its first step, aborted in the cluster, with Git back since. */
async function abortedInCluster(debt: Partial<LiveAbort> = {}): Promise<AbortedInCluster> {
  const remote = new MemoryGitRemote()
  const release = await releaseOn(remote)
  const tip = async () => (await remote.tip('deploy')) ?? ''
  while (release.cluster.weight('checkout') === 0) await release.tick()
  release.cluster.isSynced = false
  const { rollout } = await release.record()
  const api = new MemoryApiServer()
  const note = writeLiveAbort({ ...DEBT, rollout: rollout?.id ?? '', ...debt })
  const route = release.cluster.live('HTTPRoute', 'checkout') as KubernetesObject
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': SYNC.name,
    'kustomize.toolkit.fluxcd.io/namespace': SYNC.namespace,
  }
  const noted = withMetadata(route, { labels, annotations: { [LIVE_ABORT_ANNOTATION]: note } })
  api.put(ROUTE.slice(0, ROUTE.lastIndexOf('/')), noted)
  Object.assign(route.metadata, noted.metadata)
  api.put(KUSTOMIZATIONS, suspended(kustomization(SYNC.name), APP))
  const fetch = (commit: string) =>
    api.put(SOURCES, {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'deploy', namespace: 'flux-system' },
      status: { artifact: { revision: `deploy@sha1:${commit}` } },
    })
  fetch(await tip())
  return {
    release,
    api,
    fetch,
    tip,
    settle: (props = {}) =>
      settleLiveAbort({
        objects: new ClusterObjects(api.client),
        place: release.place,
        app: { namespace: 'shop', name: 'checkout' },
        actor: { name: 'bob', proof: 'git bob@example.com' },
        now: () => release.cluster.nowMs,
        patience: { everyMs: 0, mostLooks: 5 },
        ...props,
      }),
  }
}

/** As it is once it was suspended for some apps. */
const suspended = (sync: KubernetesObject, ...apps: readonly string[]): KubernetesObject =>
  apps.reduce((live, app) => {
    const { annotations = {}, spec = {} } = suspendFor(app, live) ?? {}
    const more = annotations as Record<string, string>
    return {
      ...withMetadata(live, { annotations: more }),
      spec: { ...(live.spec as object), ...spec },
    }
  }, sync)

const isSuspended = (api: MemoryApiServer): boolean => at(api.get(TRAFFIC).spec, 'suspend') === true

const lastMessage = async ({ release, tip }: AbortedInCluster): Promise<string> => {
  const [last] = await release.place.remote.log({ commit: await tip(), path: 'prod', limit: 1 })
  return last?.message ?? ''
}

describe('The next look', () => {
  it('commits an abort that was made in the cluster, in nobody’s name', async () => {
    const aborted = await abortedInCluster()
    const { release } = aborted
    const { commits } = await release.tick()
    expect(commits[0]?.moves[0]?.move.action).toBe('abort')
    const { abort } = (await release.record()).rollout ?? {}
    expect(abort).toMatchObject({
      reason:
        'customers complain (aborted in the cluster at 2026-11-21T01:00:00Z, by alice as its note says)',
      holdsBack: true,
    })
    // Whoever may write the route may write any name.
    expect(abort).not.toHaveProperty('by')
    expect(await lastMessage(aborted)).not.toContain('Lockstep-Actor')
  })

  it('does so although the sync was given back by hand', async () => {
    const { release } = await abortedInCluster()
    release.cluster.isSynced = true
    const live = release.cluster.live('HTTPRoute', 'checkout')
    // What the sync has not written stays.
    const sync = release.cluster.sync.bind(release.cluster)
    release.cluster.sync = async () => {
      await sync()
      const route = release.cluster.live('HTTPRoute', 'checkout') as KubernetesObject
      Object.assign(route.metadata, { annotations: live?.metadata.annotations })
    }
    const { commits } = await release.tick()
    expect(commits[0]?.moves[0]?.move.action).toBe('abort')
  })

  it('takes no notice of one that was about another rollout', async () => {
    const { release } = await abortedInCluster({ rollout: 'another-7' })
    for (let looks = 0; looks < 5; looks++) await release.tick()
    expect((await release.record()).rollout?.stage.phase).toBe('progressing')
  })

  it('takes no notice of what no Lockstep has written', async () => {
    const { release } = await abortedInCluster()
    const live = release.cluster.live('HTTPRoute', 'checkout') as KubernetesObject
    for (const text of ['{', '{}', '"yes"', '']) {
      Object.assign(live.metadata, { annotations: { [LIVE_ABORT_ANNOTATION]: text } })
      await release.tick()
    }
    expect((await release.record()).rollout?.stage.phase).toBe('progressing')
  })
})

describe('Settling an abort that was made in the cluster', () => {
  it('commits it if no look has, and gives the sync back once it has that commit', async () => {
    const aborted = await abortedInCluster()
    const { api, fetch, tip, settle, release } = aborted
    const before = await tip()
    const waits: string[] = []
    const onWait = (reason: string) => waits.push(reason)
    await expect(settle({ onWait })).rejects.toThrow(LiveAbortRefusedError)
    expect(waits).toEqual([
      'GitRepository flux-system/deploy has not fetched the newest commit yet',
    ])
    expect(await tip()).not.toBe(before)
    expect(await lastMessage(aborted)).toMatch(/\nLockstep-Actor: alice$/m)
    expect([isSuspended(api), liveAbortOf(api.get(ROUTE))?.by]).toEqual([true, 'alice'])

    fetch(await tip())
    expect(await settle()).toEqual({
      resumed: ['Kustomization flux-system/prod-traffic-shop'],
      kept: [],
    })
    expect(isSuspended(api)).toBe(false)
    expect(suspendedFor(api.get(TRAFFIC))).toEqual([])
    expect(api.get(ROUTE).metadata.annotations).not.toHaveProperty([LIVE_ABORT_ANNOTATION])
    expect(await settle()).toBeUndefined()
    expect((await release.record()).rollout?.abort?.by).toBe('alice')
  })

  it('gives nothing back while the branch keeps requests on the canary', async () => {
    const { api, release, settle, fetch, tip } = await abortedInCluster()
    release.cluster.isSynced = true
    await release.cluster.sync()
    while ((await release.record()).rollout?.stage.phase === 'progressing') await release.tick()
    const { rollout } = await release.record()
    expect(rollout?.stage.phase).toBe('promoting')
    fetch(await tip())
    const waits: string[] = []
    const settling = settle({
      onWait: (reason) => {
        waits.push(reason)
      },
    })
    await expect(settling).rejects.toThrow('The sync of shop/checkout is not given back yet')
    expect(waits[0]).toBe(
      'deploy keeps requests on the canary until a look has seen stable with its old version',
    )
    expect(isSuspended(api)).toBe(true)
  })

  it('keeps it suspended for other apps that were aborted too', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster()
    api.put(KUSTOMIZATIONS, suspended(kustomization(SYNC.name), APP, 'shop/web'))
    await release.tick()
    fetch(await tip())
    expect(await settle()).toEqual({
      resumed: [],
      kept: ['Kustomization flux-system/prod-traffic-shop stays suspended for shop/web'],
    })
    expect(isSuspended(api)).toBe(true)
    expect(suspendedFor(api.get(TRAFFIC))).toEqual(['shop/web'])
  })

  it('of an app whose pods are its weights waits until the branch has no canary any more', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster({ replicas: 3 })
    const waits: string[] = []
    await expect(settle({ onWait: (reason) => void waits.push(reason) })).rejects.toThrow(
      LiveAbortRefusedError,
    )
    expect(waits[0]).toContain('has the pods of the canary until a look has seen')
    expect(isSuspended(api)).toBe(true)
    const canary = release.cluster.live('Deployment', 'checkout-canary') as KubernetesObject
    Object.assign(canary.spec as object, { replicas: 0 })
    await release.untilRest()
    fetch(await tip())
    expect(await settle()).toMatchObject({ resumed: [expect.stringContaining('traffic')] })
  })

  it('leaves alone what was given back by hand since', async () => {
    const { api, settle } = await abortedInCluster()
    api.edit(TRAFFIC, (sync) => ({ ...sync, spec: { ...(sync.spec as object), suspend: false } }))
    expect(await settle()).toMatchObject({
      resumed: ['Kustomization flux-system/prod-traffic-shop'],
    })
    expect(suspendedFor(api.get(TRAFFIC))).toEqual([])
  })

  it('of a rollout that has ended meanwhile aborts no later one', async () => {
    const { settle, tip, api } = await abortedInCluster({ rollout: 'another-7' })
    const before = await tip()
    expect(await settle()).toMatchObject({ resumed: [expect.stringContaining('traffic')] })
    expect(await tip()).toBe(before)
    expect(isSuspended(api)).toBe(false)
  })

  it('asks Argo CD to look at the branch anew', async () => {
    const name = 'prod-traffic-shop'
    const sync = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name }
    const { api, settle } = await abortedInCluster({ syncs: [sync] })
    api.put(APPLICATIONS, suspended(application(name), APP))
    expect(await settle()).toMatchObject({ resumed: [`Application argocd/${name}`] })
    expect(api.get(`${APPLICATIONS}/${name}`).metadata.annotations).toEqual({
      'argocd.argoproj.io/refresh': 'normal',
    })
  })

  it('says what to do where the commit of a source cannot be seen', async () => {
    const { api, settle } = await abortedInCluster()
    api.edit(TRAFFIC, (sync) => ({
      ...sync,
      spec: { ...(sync.spec as object), sourceRef: { kind: 'OCIRepository', name: 'deploy' } },
    }))
    const error = await settle().catch((error: unknown) => error as LiveAbortRefusedError)
    expect(error).toMatchObject({
      message: expect.stringContaining('OCIRepository flux-system/deploy'),
      remedy: expect.stringContaining('flux resume kustomization prod-traffic-shop -n flux-system'),
    })
    expect(isSuspended(api)).toBe(true)
  })

  it.each([false, true])(
    'killed at any call is finished by the next (after it: %j)',
    async (isAfter) => {
      for (let nth = 1; ; nth++) {
        const { api, settle, release, fetch, tip } = await abortedInCluster()
        await release.tick()
        fetch(await tip())
        api.restart({ nth, isAfter })
        const error = await settle().catch((error: unknown) => error)
        if (!(error instanceof Error)) {
          expect(nth).toBeGreaterThan(5)
          break
        }
        expect(error.cause).toBeInstanceOf(Killed)
        api.restart()
        await settle()
        expect(isSuspended(api)).toBe(false)
        expect(suspendedFor(api.get(TRAFFIC))).toEqual([])
        expect(liveAbortOf(api.get(ROUTE))).toBeUndefined()
      }
    },
  )
})
