import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { SyncReader } from '../../reconciler/sync-reader.ts'
import type { TickProps } from '../../reconciler/tick.ts'
import { LiveStateUnavailableError, type LiveSyncs } from '../../rollouts/live-state.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { type Release, releaseOn, textsOf } from './release-fixture.ts'

const NAME = 'Kustomization flux-system/prod-traffic'

const kustomization = (commit: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { namespace: 'flux-system', name: 'prod-traffic' },
  spec: { sourceRef: { kind: 'GitRepository' }, ...more },
  status: { lastAppliedRevision: `deploy@sha1:${commit}` },
})

/** One sync that has applied everything. */
function oneSync(read: LiveSyncs['read']): LiveSyncs {
  const identity = {
    group: 'kustomize.toolkit.fluxcd.io',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'prod-traffic',
  }
  return { ownerOf: () => identity, read }
}

/** A rollout whose first step does not reach the cluster, which is at the commit before. */
async function unsynced(): Promise<{ release: Release; before: string; step: string }> {
  const release = await releaseOn(new MemoryGitRemote())
  const tip = async () => (await release.place.remote.tip('deploy')) ?? ''
  const before = await tip()
  await release.tick()
  release.cluster.isSynced = false
  return { release, before, step: await tip() }
}

async function reasonsOf({ tick }: Release, props: Partial<TickProps> = {}) {
  const { looks, commits } = await tick(props)
  expect(commits).toEqual([])
  const decision = looks[0]?.decision
  return decision?.kind === 'wait' ? decision.reasons : []
}

const ABSENT = 'Deployment shop/checkout-canary is not there'

describe('A step that does not come', () => {
  it('says nothing more where nobody can see what should bring it', async () => {
    const { release } = await unsynced()
    expect(await reasonsOf(release)).toEqual(expect.arrayContaining([ABSENT]))
    const known = await reasonsOf(release)
    release.cluster.syncs = oneSync(async () => undefined)
    expect(await reasonsOf(release)).toEqual(known)
    release.cluster.syncs = { ...oneSync(async () => undefined), ownerOf: () => undefined }
    expect(await reasonsOf(release)).toEqual(known)
  })

  it('says that its sync is suspended, and at which commit it is', async () => {
    const { release, before, step } = await unsynced()
    release.cluster.syncs = oneSync(async () => kustomization(before, { suspend: true }))
    const reasons = await reasonsOf(release)
    expect(reasons).toContain(ABSENT)
    expect(reasons.slice(-2)).toEqual([
      `${NAME} is suspended`,
      `${NAME} is at commit ${before.slice(0, 10)}, and not yet at ${step.slice(0, 10)}, which carries this step`,
    ])
  })

  it('says for which aborts in the cluster its sync is suspended, and how that ends', async () => {
    const { release, before } = await unsynced()
    const annotations = { 'lockstep.dev/suspended-for': 'shop/checkout shop/web' }
    release.cluster.syncs = oneSync(async () => {
      const sync = kustomization(before, { suspend: true })
      return { ...sync, metadata: { ...sync.metadata, annotations } }
    })
    expect(await reasonsOf(release)).toContain(
      `${NAME} is suspended since shop/checkout and shop/web were aborted in the cluster, until lockstep rollout settle shop/checkout --env prod && lockstep rollout settle shop/web --env prod`,
    )
  })

  it('says what its sync is doing meanwhile', async () => {
    const { release, before } = await unsynced()
    const message = 'Running health checks for revision x with a timeout of 2m0s.'
    const conditions = [{ type: 'Reconciling', status: 'True', message }]
    release.cluster.syncs = oneSync(async () => {
      const object = kustomization(before)
      const status = object.status as object
      const lastAttemptedRevision = `deploy@sha1:${before}`
      return { ...object, status: { ...status, lastAttemptedRevision, conditions } }
    })
    expect((await reasonsOf(release)).at(-1)).toMatch(
      /which carries this step: Running health checks for revision x with a timeout of 2m0s$/,
    )
  })

  it('says nothing of a sync that has its commit, or any since', async () => {
    const { release, step } = await unsynced()
    const known = await reasonsOf(release)
    const later = await release.edit([{ path: 'README.md', write: 'a page' }])
    for (const commit of [step, later]) {
      release.cluster.syncs = oneSync(async () => kustomization(commit))
      expect(await reasonsOf(release)).toEqual(known)
    }
  })

  it('says where both are if nobody knows which commit was first', async () => {
    const { release } = await unsynced()
    const some = await release.edit([{ path: 'README.md', write: 'a page' }])
    const tip = await release.edit([{ path: 'README.md', write: 'another page' }])
    release.cluster.syncs = oneSync(async () => kustomization(some))
    expect((await reasonsOf(release)).at(-1)).toBe(
      `${NAME} is at commit ${some.slice(0, 10)}, while the branch is at ${tip.slice(0, 10)}`,
    )
  })

  it('says that nobody may see why', async () => {
    const { release } = await unsynced()
    release.cluster.syncs = oneSync(async () => {
      throw new LiveStateUnavailableError('GET … was refused (403 Forbidden)')
    })
    expect((await reasonsOf(release)).at(-1)).toBe(
      `what ${NAME} says cannot be seen: GET … was refused (403 Forbidden)`,
    )
  })

  it('is not looked into for longer than a look may take', async () => {
    const { release } = await unsynced()
    release.cluster.syncs = oneSync(
      (_, signal) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    )
    expect((await reasonsOf(release, { deadlineMs: 20 })).at(-1)).toBe(
      `what ${NAME} says cannot be seen: it was not seen within 0.02 s`,
    )
  })
})

it('What a sync says stops no step that is there', async () => {
  const release = await releaseOn(new MemoryGitRemote())
  release.cluster.syncs = oneSync(async () => kustomization('a'.repeat(40), { suspend: true }))
  await release.untilRest()
  expect(await release.files()).toEqual(textsOf(release.candidate))
})

it('A sync of many apps is read once', async () => {
  let reads = 0
  const syncs = oneSync(async () => {
    reads++
    return kustomization('a'.repeat(40), { suspend: true })
  })
  const reader = new SyncReader({ syncs, deadlineMs: 1000 })
  const objects = Array.from({ length: 1000 }, () => kustomization(''))
  const seen = await Promise.all([reader.of(objects), reader.of(objects), reader.of([])])
  expect(seen.map(({ length }) => length)).toEqual([1, 1, 0])
  expect(reads).toBe(1)
})
