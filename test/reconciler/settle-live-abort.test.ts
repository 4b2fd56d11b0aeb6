import { describe, expect, it, vi } from 'vitest'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { at } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { actOnRollout } from '../../reconciler/act-on-rollout.ts'
import { ClusterObjects } from '../../reconciler/cluster-objects.ts'
import type { Place } from '../../reconciler/commit-moves.ts'
import { LiveAbortRefusedError } from '../../reconciler/live-abort-refused-error.ts'
import {
  type SettledLiveAbort,
  type SettleLiveAbortProps,
  settleLiveAbort,
} from '../../reconciler/settle-live-abort.ts'
import { suspendFor } from '../../reconciler/suspended-sync.ts'
import type { Actor } from '../../rollouts/acts.ts'
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
  DEPLOYMENTS,
  gitRepository,
  KUSTOMIZATIONS,
  kustomization,
  ROUTE,
  SOURCES,
  TRAFFIC,
  withMetadata,
} from './cluster-in-flight.ts'
import { Killed, MemoryApiServer } from './memory-api-server.ts'
import { APP, type Release, releaseOn } from './release-fixture.ts'

const ROUTES = ROUTE.slice(0, ROUTE.lastIndexOf('/'))

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

const BOB: Actor = { name: 'bob', proof: 'git bob@example.com' }

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
  api.put(ROUTES, noted)
  for (const name of ['checkout', 'checkout-canary']) {
    const track = release.cluster.live('Deployment', name)
    if (track !== undefined) api.put(DEPLOYMENTS, structuredClone(track))
  }
  Object.assign(route.metadata, noted.metadata)
  api.put(KUSTOMIZATIONS, suspended(kustomization(SYNC.name), APP))
  const fetch = (commit: string) => api.put(SOURCES, gitRepository(commit))
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
        actor: BOB,
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

const withSource = (name: string, source: string): KubernetesObject => {
  const sync = kustomization(name)
  const sourceRef = { kind: 'GitRepository', name: source }
  return { ...sync, spec: { ...(sync.spec as object), sourceRef } }
}

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
    expect(await lastMessage(aborted)).toMatch(/\nLockstep-Actor: bob$/m)
    expect([isSuspended(api), liveAbortOf(api.get(ROUTE))?.by]).toEqual([true, 'alice'])

    fetch(await tip())
    expect((await release.record()).unsettled?.syncs).toEqual([
      'Kustomization flux-system/prod-traffic-shop',
    ])
    const settled = await settle()
    expect(settled).toEqual({
      resumed: ['Kustomization flux-system/prod-traffic-shop'],
      kept: [],
      told: await tip(),
    })
    expect(await release.record()).not.toHaveProperty('unsettled')
    expect(isSuspended(api)).toBe(false)
    expect(suspendedFor(api.get(TRAFFIC))).toEqual([])
    expect(api.get(ROUTE).metadata.annotations).not.toHaveProperty([LIVE_ABORT_ANNOTATION])
    expect(await settle()).toBeUndefined()
    expect((await release.record()).rollout?.abort).toMatchObject({
      reason: expect.stringContaining('customers complain (aborted in the cluster at '),
      by: 'bob',
    })
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

  it('gives back all that was suspended, the innermost first', async () => {
    const workloads = { ...SYNC, name: 'prod-workloads-shop' }
    const { api, settle, release, fetch, tip } = await abortedInCluster({
      syncs: [workloads, SYNC],
    })
    api.put(KUSTOMIZATIONS, suspended(kustomization(workloads.name), APP))
    await release.tick()
    fetch(await tip())
    expect(await settle()).toEqual({
      resumed: [
        'Kustomization flux-system/prod-traffic-shop',
        'Kustomization flux-system/prod-workloads-shop',
      ],
      kept: [],
      told: await tip(),
    })
    for (const { name } of [SYNC, workloads]) {
      const sync = api.get(`${KUSTOMIZATIONS}/${name}`)
      expect(at(sync.spec, 'suspend')).not.toBe(true)
      expect(suspendedFor(sync)).toEqual([])
    }
  })

  it('keeps it suspended for other apps that were aborted too', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster()
    api.put(KUSTOMIZATIONS, suspended(kustomization(SYNC.name), APP, 'shop/web'))
    await release.tick()
    fetch(await tip())
    expect(await settle()).toMatchObject({
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
    expect(waits[0]).toMatch(
      /^deploy has the pods of the canary until a look has seen .*: lockstep rollout tick --env prod --kubeconfig FILE$/,
    )
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
    const { release, settle, tip, api, fetch } = await abortedInCluster()
    await release.abort('the first one')
    release.cluster.isSynced = true
    await release.untilRest()
    const { place, candidate, cluster } = release
    await actOnRollout({
      place,
      app: APP,
      request: { action: 'retry', revision: candidate.revision },
      actor: BOB,
      now: () => cluster.nowMs,
    })
    while (cluster.weight('checkout') === 0) await release.tick()
    fetch(await tip())
    const before = await tip()
    expect(await settle()).toMatchObject({ resumed: [expect.stringContaining('traffic')] })
    expect(await tip()).toBe(before)
    expect(isSuspended(api)).toBe(false)
    expect((await release.record()).rollout?.stage.phase).toBe('progressing')
  })

  it('asks Argo CD to look at the branch anew', async () => {
    const name = 'prod-traffic-shop'
    const sync = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name }
    const { api, settle } = await abortedInCluster({ syncs: [sync] })
    api.put(APPLICATIONS, suspended(application(name), APP))
    trackedBy(api, name)
    expect(await settle()).toMatchObject({ resumed: [`Application argocd/${name}`] })
    expect(api.get(`${APPLICATIONS}/${name}`).metadata.annotations).toEqual({
      'argocd.argoproj.io/refresh': 'normal',
    })
  })

  it.each([
    ['which what runs says', true],
    ['which the note alone says', false],
  ])('waits for the sources of both syncs where each has its own, %s', async (_, isMarked) => {
    const workloads = { ...SYNC, name: 'prod-workloads-shop' }
    const { api, settle, release, fetch, tip } = await abortedInCluster({
      syncs: [SYNC, workloads],
    })
    api.put(KUSTOMIZATIONS, suspended(withSource(workloads.name, 'deploy-workloads'), APP))
    api.put(SOURCES, gitRepository(await tip(), 'deploy-workloads'))
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': workloads.name,
      'kustomize.toolkit.fluxcd.io/namespace': workloads.namespace,
    }
    for (const name of isMarked ? ['checkout', 'checkout-canary'] : []) {
      api.edit(`${DEPLOYMENTS}/${name}`, (track) => withMetadata(track, { labels }))
    }
    await release.tick()
    fetch(await tip())
    const waits: string[] = []
    await expect(settle({ onWait: (reason) => void waits.push(reason) })).rejects.toThrow(
      LiveAbortRefusedError,
    )
    expect(waits).toEqual([
      'GitRepository flux-system/deploy-workloads has not fetched the newest commit yet',
    ])
    expect(isSuspended(api)).toBe(true)
    api.put(SOURCES, gitRepository(await tip(), 'deploy-workloads'))
    expect((await settle())?.resumed).toHaveLength(2)
  })

  it('waits for no source of what only applies a sync', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster({
      syncs: [{ ...SYNC, name: 'cluster' }, SYNC],
    })
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'cluster',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    }
    api.edit(TRAFFIC, (sync) => withMetadata(sync, { labels }))
    api.put(KUSTOMIZATIONS, suspended(withSource('cluster', 'platform'), APP))
    await release.tick()
    fetch(await tip())
    expect((await settle())?.resumed).toHaveLength(2)
  })

  it('waits for an Application that stays at one commit to be told another', async () => {
    const name = 'prod-workloads-shop'
    const sync = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name }
    const { api, settle, release, fetch, tip } = await abortedInCluster({ syncs: [SYNC, sync] })
    const pinned = (targetRevision: string) =>
      api.put(APPLICATIONS, {
        ...suspended(application(name), APP),
        spec: { source: { path: 'prod/workloads/shop', targetRevision } },
      })
    const before = await tip()
    pinned(before)
    await release.tick()
    fetch(await tip())
    await expect(settle()).rejects.toThrow(
      `Application argocd/${name} is told to stay at commit ${before.slice(0, 10)}, which is not the newest of deploy`,
    )
    expect(isSuspended(api)).toBe(true)
    pinned(await tip())
    expect((await settle())?.resumed).toHaveLength(2)
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

describe('Settling by the branch of another environment', () => {
  /** As `staging` on the same branch has it: all that `prod` has, ids and all. */
  async function twin({ release }: AbortedInCluster): Promise<Place> {
    const { remote } = release.place
    const tree = await remote.files((await remote.tip('deploy')) ?? '', 'prod')
    const texts = await remote.contents([...tree.values()].map(({ id }) => id))
    await release.edit(
      [...tree].map(([path, { id }]) => ({ path: `staging/${path}`, write: texts.get(id) ?? '' })),
    )
    return { ...release.place, environment: 'staging' }
  }

  it('is refused, and aborts no rollout that has the same id', async () => {
    const aborted = await abortedInCluster()
    const { settle, tip, api, fetch } = aborted
    const place = await twin(aborted)
    const before = await tip()
    fetch(before)
    await expect(settle({ place })).rejects.toMatchObject({
      message: `Kustomization flux-system/prod-traffic-shop applies shop/checkout as it is in prod, and not in staging`,
      remedy: expect.stringContaining('--env prod'),
    })
    expect(await tip()).toBe(before)
    expect([isSuspended(api), liveAbortOf(api.get(ROUTE))?.by]).toEqual([true, 'alice'])
  })

  it('is refused of an Application too', async () => {
    const name = 'prod-traffic-shop'
    const sync = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name } as const
    const aborted = await abortedInCluster({ syncs: [sync] })
    const { settle, tip, api } = aborted
    api.put(APPLICATIONS, {
      ...suspended(application(name), APP),
      spec: { sources: [{ chart: 'x' }, { path: 'prod/traffic/shop' }] },
    })
    trackedBy(api, name)
    const place = await twin(aborted)
    const before = await tip()
    await expect(settle({ place })).rejects.toThrow('as it is in prod, and not in staging')
    expect(await tip()).toBe(before)
  })

  it.each([
    ['in flight', async () => {}],
    ['at rest', async ({ release }: AbortedInCluster) => void (await release.abort('over'))],
  ])(
    'is refused of a rollout that it never had, although nothing says whose the sync is (%s)',
    async (_, go) => {
      const aborted = await abortedInCluster({ rollout: 'another-7' })
      const { settle, api, fetch, tip } = aborted
      api.edit(TRAFFIC, (sync) => ({ ...sync, spec: { ...(sync.spec as object), path: './' } }))
      await go(aborted)
      fetch(await tip())
      await expect(settle()).rejects.toMatchObject({
        message:
          'prod knows no rollout another-7 of shop/checkout, of which HTTPRoute shop/checkout notes that it was aborted in this cluster',
        remedy: expect.stringContaining('check --env and --context'),
      })
      expect([isSuspended(api), liveAbortOf(api.get(ROUTE))?.by]).toEqual([true, 'alice'])
    },
  )

  it('is asked about where nothing tells which of two with the same rollout it is', async () => {
    const aborted = await abortedInCluster()
    const { api, settle, release, fetch, tip } = aborted
    api.edit(TRAFFIC, (sync) => ({ ...sync, spec: { ...(sync.spec as object), path: './' } }))
    await twin(aborted)
    const { rollout } = await release.record()
    const before = await tip()
    fetch(before)
    await expect(settle()).rejects.toMatchObject({
      message: `Nothing in this cluster says whether it is the one of prod or of staging, which has had rollout ${rollout?.id} of shop/checkout too`,
      remedy: expect.stringContaining('--cluster-checked'),
    })
    expect([await tip(), isSuspended(api)]).toEqual([before, true])

    await release.tick()
    fetch(await tip())
    expect(await settle({ isClusterChecked: true })).toMatchObject({
      resumed: [expect.stringContaining('traffic')],
    })
  })

  it('is refused although somebody vouches, if the cluster says that it is another one', async () => {
    const aborted = await abortedInCluster()
    const place = await twin(aborted)
    await expect(aborted.settle({ place, isClusterChecked: true })).rejects.toThrow(
      'as it is in prod, and not in staging',
    )
  })

  it('does not say that nothing is to be done, where that is another cluster', async () => {
    const aborted = await abortedInCluster()
    const { api, settle } = aborted
    api.put(KUSTOMIZATIONS, kustomization(SYNC.name))
    api.edit(ROUTE, (route) => ({
      ...route,
      metadata: { ...route.metadata, annotations: {} },
    }))
    const place = await twin(aborted)
    await expect(settle({ place })).rejects.toThrow('as it is in prod, and not in staging')
    expect(await settle()).toBeUndefined()
  })

  it.each([
    [{ ref: { branch: 'release' } }, 'applies release of its repository, and not deploy'],
    [{ ref: { name: 'refs/heads/release' } }, 'applies release of its repository, and not deploy'],
    [
      { url: 'https://me:secret@git.example.com/shop/staging.git' },
      'applies https://git.example.com/shop/staging.git, and not ssh://git@git.example.com/shop/deploy.git',
    ],
  ])('is refused of another branch, and of another repository (%j)', async (spec, problem) => {
    const { api, settle, tip, release } = await abortedInCluster()
    const remote = locatedAt(release.place.remote, 'ssh://git@git.example.com/shop/deploy.git')
    const place = { ...release.place, remote }
    const before = await tip()
    api.put(SOURCES, { ...gitRepository(before), spec })
    await expect(settle({ place })).rejects.toMatchObject({
      message: `Kustomization flux-system/prod-traffic-shop ${problem}`,
      remedy: expect.stringContaining('--remote and --branch'),
    })
    expect([await tip(), isSuspended(api)]).toEqual([before, true])
  })

  it('is no other one by another address of the same repository', async () => {
    const { api, settle, tip, release } = await abortedInCluster()
    const remote = locatedAt(release.place.remote, 'ssh://git@git.example.com/shop/deploy.git')
    await release.tick()
    const spec = { url: 'https://git.example.com/shop/deploy', ref: { branch: 'deploy' } }
    api.put(SOURCES, { ...gitRepository(await tip()), spec })
    expect(await settle({ place: { ...release.place, remote } })).toMatchObject({
      resumed: [expect.stringContaining('traffic')],
    })
  })

  it.each([
    [{ ref: { tag: 'v13' } }],
    [{ ref: { semver: '>=1.0.0' } }],
    [{ ref: { name: 'refs/tags/v13' } }],
  ])('is no other one by a tag, which is made of any branch (%j)', async (spec) => {
    const { api, settle, tip, release } = await abortedInCluster()
    await release.tick()
    api.put(SOURCES, { ...gitRepository(await tip()), spec })
    expect(await settle()).toMatchObject({ resumed: [expect.stringContaining('traffic')] })
  })

  it.each([
    ['v13', false],
    ['1.x', false],
    ['>= 1.0', false],
    ['release', true],
    ['refs/heads/release', true],
  ])(
    'is one where an Application follows a branch of its own (%s: %s)',
    async (targetRevision, isOther) => {
      const name = 'prod-traffic-shop'
      const sync = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name } as const
      const { api, settle, tip, release } = await abortedInCluster({ syncs: [sync] })
      const source = { path: 'prod/traffic/shop', targetRevision }
      api.put(APPLICATIONS, { ...suspended(application(name), APP), spec: { source } })
      trackedBy(api, name)
      await release.tick()
      const { remote } = release.place
      const parent = await tip()
      await remote.commit({
        branch: 'release',
        parent,
        isNewBranch: true,
        changes: [],
        message: 'x',
      })
      const settling = settle()
      if (isOther) await expect(settling).rejects.toThrow('applies release of its repository')
      else expect(await settling).toMatchObject({ resumed: [`Application argocd/${name}`] })
    },
  )

  it('is not asked of what applies a route of another team, from a repository of its own', async () => {
    const { api, settle, tip, fetch, release } = await abortedInCluster()
    const remote = locatedAt(release.place.remote, 'ssh://git@git.example.com/shop/deploy.git')
    const { [LIVE_ABORT_ANNOTATION]: _, ...annotations } = api.get(ROUTE).metadata.annotations ?? {}
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'platform',
      'kustomize.toolkit.fluxcd.io/namespace': SYNC.namespace,
    }
    const route = structuredClone(api.get(ROUTE))
    api.put(ROUTES, {
      ...route,
      metadata: { ...route.metadata, name: 'theirs', annotations, labels },
    })
    const theirs = withSource('platform', 'platform')
    api.put(KUSTOMIZATIONS, { ...theirs, spec: { ...(theirs.spec as object), path: './routes' } })
    const url = 'https://git.example.com/platform/routes'
    api.put(SOURCES, { ...gitRepository('0'.repeat(40), 'platform'), spec: { url } })
    await release.tick()
    fetch(await tip())
    expect(await settle({ place: { ...release.place, remote } })).toMatchObject({
      resumed: [expect.stringContaining('traffic')],
    })
  })

  it('is whichever a person says, where its repository has another name by now', async () => {
    const { api, settle, tip, release } = await abortedInCluster()
    const remote = locatedAt(release.place.remote, 'https://git.example.com/shop/deploy')
    await release.tick()
    const url = 'https://git.example.com/old-name/deploy'
    api.put(SOURCES, { ...gitRepository(await tip()), spec: { url, ref: { branch: 'deploy' } } })
    const place = { ...release.place, remote }
    await expect(settle({ place })).rejects.toMatchObject({
      remedy: expect.stringContaining('--cluster-checked'),
    })
    expect(await settle({ place, isClusterChecked: true })).toMatchObject({
      resumed: [expect.stringContaining('traffic')],
    })
  })

  it('is not taken for that where the folder of the sync tells nothing', async () => {
    const { settle, api, fetch, tip, release } = await abortedInCluster()
    api.edit(TRAFFIC, (sync) => ({ ...sync, spec: { ...(sync.spec as object), path: './' } }))
    await release.tick()
    fetch(await tip())
    expect(await settle()).toMatchObject({ resumed: [expect.stringContaining('traffic')] })
  })
})

describe('Settling what the branch cannot be told', () => {
  it('says what was given back all the same, and tells it once that can be', async () => {
    const { settle, release, fetch, tip, api } = await abortedInCluster()
    await release.tick()
    const { remote } = release.place
    const tree = await remote.files(await tip(), 'prod')
    const [path = '', file] =
      [...tree].find(([name]) => name.startsWith('workloads/shop/checkout/')) ?? []
    const written = (await remote.contents([file?.id ?? ''])).get(file?.id ?? '') ?? ''
    await release.edit([{ path: `prod/${path}`, write: 'edited: by hand\n' }])
    fetch(await tip())
    const { resumed, untold } = (await settle()) ?? {}
    expect(resumed).toEqual([expect.stringContaining('traffic')])
    expect(untold).toMatchObject({ code: 'ROLLOUT_REQUEST_REFUSED' })
    expect(isSuspended(api)).toBe(false)
    await release.edit([{ path: `prod/${path}`, write: written }])
    expect(await settle()).toMatchObject({ resumed: [], told: await tip() })
  })
})

describe('Settling what nothing notes any more', () => {
  const lose = (api: MemoryApiServer, annotation: string | undefined = undefined): void =>
    api.edit(ROUTE, (route) => {
      const { [LIVE_ABORT_ANNOTATION]: _, ...annotations } = route.metadata.annotations ?? {}
      const left = annotation === undefined ? {} : { [LIVE_ABORT_ANNOTATION]: annotation }
      return { ...route, metadata: { ...route.metadata, annotations: { ...annotations, ...left } } }
    })

  it.each([
    ['was taken away', undefined],
    ['is of another Lockstep', '{"schema":7}'],
    [
      'names what is no sync',
      JSON.stringify({ ...DEBT, rollout: 'x-1', syncs: [{ ...SYNC, kind: 'Thing' }] }),
    ],
  ])(
    'gives back what is suspended for the app, once it is at rest (the note %s)',
    async (_, annotation) => {
      const { api, settle, release, fetch, tip } = await abortedInCluster()
      lose(api, annotation)
      await release.abort('over')
      release.cluster.isSynced = true
      await release.untilRest()
      fetch(await tip())
      expect(await settle()).toEqual({
        resumed: ['Kustomization flux-system/prod-traffic-shop'],
        kept: [],
      })
      expect(isSuspended(api)).toBe(false)
      expect(api.get(ROUTE).metadata.annotations).not.toHaveProperty([LIVE_ABORT_ANNOTATION])
      expect(await settle()).toBeUndefined()
    },
  )

  it('and what applies that', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster()
    lose(api)
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'cluster',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    }
    api.edit(TRAFFIC, (sync) => withMetadata(sync, { labels }))
    api.put(KUSTOMIZATIONS, withMetadata(suspended(kustomization('cluster'), APP), { labels }))
    await release.abort('over')
    fetch(await tip())
    expect(await settle()).toMatchObject({
      resumed: ['Kustomization flux-system/prod-traffic-shop', 'Kustomization flux-system/cluster'],
    })
  })

  it('finds it by the Service where the route is gone', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster()
    const { labels = {} } = api.get(ROUTE).metadata
    api.delete(ROUTE)
    const service = release.cluster.live('Service', 'checkout') as KubernetesObject
    api.put('/api/v1/namespaces/shop/services', withMetadata(service, { labels }))
    await release.abort('over')
    release.cluster.isSynced = true
    await release.untilRest()
    fetch(await tip())
    expect(await settle()).toMatchObject({ resumed: [expect.stringContaining('traffic')] })
  })

  it('is refused while the branch may send requests to the canary', async () => {
    const { api, settle, release } = await abortedInCluster()
    lose(api)
    const { rollout } = await release.record()
    await expect(settle()).rejects.toMatchObject({
      message: `Kustomization flux-system/prod-traffic-shop is suspended for shop/checkout, which was aborted in the cluster, of which no note is left, and deploy may send requests to the canary of ${rollout?.id}`,
      remedy: expect.stringMatching(
        /lockstep rollout abort shop\/checkout --live, .*flux resume kustomization prod-traffic-shop -n flux-system$/,
      ),
    })
    expect(isSuspended(api)).toBe(true)
  })

  it('is refused where nothing says which environment it is of, and nobody has checked', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster()
    lose(api)
    api.edit(TRAFFIC, (sync) => ({ ...sync, spec: { ...(sync.spec as object), path: './' } }))
    release.cluster.isSynced = true
    await release.abort('over')
    await release.untilRest()
    await expect(settle()).rejects.toMatchObject({
      message: expect.stringContaining('nothing says that what it applies is of prod'),
      remedy: expect.stringContaining('--cluster-checked'),
    })
    expect(isSuspended(api)).toBe(true)
    fetch(await tip())
    expect(await settle({ isClusterChecked: true })).toMatchObject({
      resumed: [expect.stringContaining('traffic')],
    })
  })

  it('of an app without a route waits for nobody: the branch has the pods of its canary for ever', async () => {
    const { api, settle, release } = await abortedInCluster()
    const { labels = {} } = api.get(ROUTE).metadata
    api.delete(ROUTE)
    api.edit(`${DEPLOYMENTS}/checkout`, (stable) => withMetadata(stable, { labels }))
    await release.abort('over')
    const onWait = vi.fn()
    await expect(settle({ onWait })).rejects.toThrow('may send requests to the canary')
    expect(onWait).not.toHaveBeenCalled()
    expect(isSuspended(api)).toBe(true)
  })

  it('is done once it was given back by hand', async () => {
    const { api, settle } = await abortedInCluster()
    lose(api)
    api.edit(TRAFFIC, (sync) => ({ ...sync, spec: { ...(sync.spec as object), suspend: false } }))
    expect(await settle()).toMatchObject({ kept: [] })
    expect(suspendedFor(api.get(TRAFFIC))).toEqual([])
  })

  it('says so where a note that cannot be read is all that there is', async () => {
    const { api, settle } = await abortedInCluster()
    lose(api, '{"schema":7}')
    api.put(KUSTOMIZATIONS, kustomization(SYNC.name))
    await expect(settle()).rejects.toMatchObject({
      message: expect.stringContaining('HTTPRoute shop/checkout notes an abort in words'),
      remedy: expect.stringContaining(
        'kubectl -n shop annotate httproute checkout lockstep.dev/aborted-live-',
      ),
    })
  })

  it('gives back that of an app which has left the branch since', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster()
    const { remote } = release.place
    const tree = await remote.files(await tip(), 'prod')
    await release.edit([...tree.keys()].map((path) => ({ path: `prod/${path}` })))
    fetch(await tip())
    expect(await settle()).toMatchObject({ resumed: [expect.stringContaining('traffic')] })
    expect(isSuspended(api)).toBe(false)
  })
})

describe('Notes of others', () => {
  const bogus = { ...DEBT, rollout: 'bogus-1', by: 'mallory' }

  it('on what does not split the requests of the app count for nothing', async () => {
    const { api, settle, release } = await abortedInCluster()
    const foreign = (kind: 'routes' | 'deployments', object: KubernetesObject) =>
      api.put(kind === 'routes' ? ROUTES : DEPLOYMENTS, {
        ...withMetadata(object, {
          annotations: { [LIVE_ABORT_ANNOTATION]: writeLiveAbort(bogus) },
        }),
        metadata: {
          name: 'aaa',
          namespace: 'shop',
          annotations: { [LIVE_ABORT_ANNOTATION]: writeLiveAbort(bogus) },
        },
        spec: { rules: [{ backendRefs: [{ name: 'aaa', port: 80 }] }] },
      })
    foreign('routes', api.get(ROUTE))
    foreign('deployments', api.get(`${DEPLOYMENTS}/checkout`))
    await expect(settle()).rejects.toThrow('has not fetched the newest commit yet')
    expect((await release.record()).rollout?.stage.phase).toBe('aborting')
    expect(isSuspended(api)).toBe(true)
    expect(liveAbortOf(api.get(ROUTE))?.by).toBe('alice')
  })

  it('on what does are held against the branch, before anything is given back', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster()
    const other = api.get(ROUTE)
    const annotations = { [LIVE_ABORT_ANNOTATION]: writeLiveAbort(bogus) }
    api.put(
      ROUTES,
      withMetadata({ ...other, metadata: { ...other.metadata, name: 'aaa' } }, { annotations }),
    )
    await expect(settle()).rejects.toThrow('has not fetched the newest commit yet')
    expect((await release.record()).rollout?.stage.phase).toBe('aborting')
    expect(isSuspended(api)).toBe(true)
    fetch(await tip())
    expect(await settle()).toMatchObject({ resumed: [expect.stringContaining('traffic')] })
    expect(liveAbortOf(api.get(`${ROUTES}/aaa`))).toBeUndefined()
  })

  it('that stand alone are no reason to give anything back', async () => {
    const { api, settle, tip, fetch } = await abortedInCluster({
      rollout: 'bogus-1',
      by: 'mallory',
    })
    const before = await tip()
    fetch(before)
    await expect(settle()).rejects.toThrow('prod knows no rollout bogus-1 of shop/checkout')
    expect([isSuspended(api), await tip()]).toEqual([true, before])
    expect(liveAbortOf(api.get(ROUTE))?.by).toBe('mallory')
  })

  it('give back what all of them name', async () => {
    const { api, settle, release, fetch, tip } = await abortedInCluster()
    const { rollout } = await release.record()
    const workloads = { ...SYNC, name: 'prod-workloads-shop' }
    const note = writeLiveAbort({ ...DEBT, rollout: rollout?.id ?? '', syncs: [workloads] })
    const other = api.get(ROUTE)
    const annotations = { [LIVE_ABORT_ANNOTATION]: note }
    api.put(
      ROUTES,
      withMetadata({ ...other, metadata: { ...other.metadata, name: 'admin' } }, { annotations }),
    )
    api.put(KUSTOMIZATIONS, suspended(kustomization(workloads.name), APP))
    await release.tick()
    fetch(await tip())
    const { resumed = [] } = (await settle()) ?? {}
    expect(new Set(resumed)).toEqual(
      new Set([
        'Kustomization flux-system/prod-traffic-shop',
        'Kustomization flux-system/prod-workloads-shop',
      ]),
    )
  })
})

/** The same repository by another address. */
const locatedAt = (remote: GitRemote, location: string): GitRemote =>
  new Proxy(remote, {
    get: (target, key) => {
      if (key === 'location') return location
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

/** As Argo CD marks a route that an Application has applied. */
const trackedBy = (api: MemoryApiServer, name: string): void =>
  api.edit(ROUTE, ({ metadata, ...route }) => {
    const id = `${name}:gateway.networking.k8s.io/HTTPRoute:shop/checkout`
    const annotations = { ...metadata.annotations, 'argocd.argoproj.io/tracking-id': id }
    return { ...route, metadata: { ...metadata, labels: {}, annotations } }
  })
