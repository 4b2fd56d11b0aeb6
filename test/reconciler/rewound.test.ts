import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { at, fields, items, number } from '../../manifests/fields.ts'
import { readManifests } from '../../manifests/read-yaml.ts'
import { bareRepository, git } from '../gitops/git.ts'
import { gitClient } from '../gitops/git-client.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type Release, releaseOn, textsOf } from './release-fixture.ts'

const ROUTE = 'traffic/shop/checkout/httproute.gateway.networking.k8s.io-checkout.yaml'

/** Where a rollout is aborted, if it is. */
const STORIES = [undefined, 'live', 'promoting'] as const
type Story = (typeof STORIES)[number]

interface Told {
  readonly remote: MemoryGitRemote
  readonly release: Release
  /** The branch after each commit, from the candidate that waits to the end. */
  readonly tips: readonly string[]
}

/** A rollout as far as a number of commits take it, or to its end. */
async function told(story: Story, most = Number.POSITIVE_INFINITY): Promise<Told> {
  const remote = new MemoryGitRemote()
  const release = await releaseOn(remote)
  const tips = [remote.branches.get('deploy') ?? '']
  const note = (): void => {
    const tip = remote.branches.get('deploy') ?? ''
    if (tip !== tips.at(-1)) tips.push(tip)
  }
  const isOver = async (): Promise<boolean> => tips.length > most || isAtRest(release)
  for (let looks = 0; looks < 100 && !(await isOver()); looks++) {
    await release.tick()
    note()
    const stage = (await release.record()).rollout?.stage
    const isThere =
      story === 'live'
        ? stage?.phase === 'progressing' && stage.step === 2 && stage.part === 'live'
        : stage?.phase === story
    if (story === undefined || !isThere || (await isOver())) continue
    await release.abort('errors')
    note()
  }
  return { remote, release, tips }
}

async function isAtRest({ record }: Release): Promise<boolean> {
  const { rollout, queued } = await record()
  return rollout === undefined && queued === undefined
}

/** Share of the requests that the branch gives to the canary, in percent. */
async function weightOnBranch(release: Release): Promise<number> {
  const [route] = readManifests((await release.files())[ROUTE] ?? '', ROUTE)
  const rules = items(at(route?.object, 'spec', 'rules')).map(fields)
  const backends = items(rules.at(-1)?.backendRefs).map(fields)
  return Number(backends.find(({ name }) => String(name).endsWith('-canary'))?.weight ?? 0)
}

const readyCanary = ({ cluster }: Release): number =>
  number(at(cluster.live('Deployment', 'checkout-canary'), 'status', 'readyReplicas')) ?? 0

/** Looks, and sees that nothing is sent to pods that are not there. */
async function lookSafely(release: Release): Promise<void> {
  const before = await weightOnBranch(release)
  await release.tick()
  const after = await weightOnBranch(release)
  if (after <= before) return
  const need = (await release.record()).rollout?.need ?? 0
  expect(readyCanary(release)).toBeGreaterThanOrEqual(Math.ceil((need * after) / 100))
}

/** Looks that may go by until nothing goes to pods that are not there: one sees it, the next is synced. */
const LOOKS_TO_SAFETY = 3

describe('A branch that was moved back by force', { timeout: 240_000 }, () => {
  const cases = STORIES.map((story) => [story ?? 'nothing', story] as const)

  it.each(cases)(
    'from each step of a rollout in which %s was aborted to each before, sends no requests to nobody and ends well',
    async (_, story) => {
      const { length } = (await told(story)).tips
      for (let from = 1; from < length; from++) {
        for (let to = 0; to < from; to++) await rewind(story, from, to, true)
      }
    },
  )

  it.each(cases)(
    'from the end of one in which %s was aborted does so too if it is seen before the sync follows',
    async (_, story) => {
      const last = (await told(story)).tips.length - 1
      for (let to = 0; to < last; to++) await rewind(story, last, to, false)
    },
  )

  /** @param isSynced whether the cluster has the older commit before anybody looks */
  async function rewind(story: Story, from: number, to: number, isSynced: boolean): Promise<void> {
    const { remote, release, tips } = await told(story, from)
    expect(tips).toHaveLength(from + 1)
    const { cluster, base, candidate } = release
    await cluster.sync()
    const isGone = cluster.live('Deployment', 'checkout-canary') === undefined
    if (isGone) cluster.stuck.add('checkout-canary')
    remote.branches.set('deploy', tips[to] ?? '')
    cluster.isSynced = isSynced
    await lookSafely(release)
    cluster.isSynced = true
    for (let looks = 0; looks < LOOKS_TO_SAFETY; looks++) await lookSafely(release)
    if (cluster.weight('checkout') > 0) expect(readyCanary(release)).toBeGreaterThan(0)
    cluster.stuck.clear()
    for (let looks = 0; looks < 40 && !(await isAtRest(release)); looks++) await lookSafely(release)
    expect(await isAtRest(release)).toBe(true)
    expect([textsOf(base), textsOf(candidate)]).toContainEqual(await release.files())
  }

  it('goes on where it was while the canary is still there', async () => {
    const { remote, release, tips } = await told(undefined, 5)
    await release.cluster.sync()
    remote.branches.set('deploy', tips[2] ?? '')
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.candidate))
  })

  it('is aborted where requests would go to a canary that has gone, and says why', async () => {
    const repository = bareRepository(join(temporaryFolder(), 'deploy.git'))
    const release = await releaseOn(await gitClient(repository))
    let live = ''
    await release.tick()
    while ((await release.record()).rollout !== undefined) {
      const stage = (await release.record()).rollout?.stage
      const isLive = stage?.phase === 'progressing' && stage.part === 'live'
      if (isLive) live = git(repository, 'rev-parse', 'deploy').trim()
      await release.tick()
    }
    await release.cluster.sync()
    release.cluster.stuck.add('checkout-canary')
    git(repository, 'update-ref', 'refs/heads/deploy', live)
    await release.tick()
    await release.cluster.sync()
    expect(release.cluster.weight('checkout')).toBe(0)
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.base))
    expect((await release.record()).heldBack[0]?.reason).toBe(
      'Deployment shop/checkout-canary was made anew after it got requests: somebody has deleted it, or moved the branch back',
    )
  })
})
