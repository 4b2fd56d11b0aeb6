import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { readTrailers } from '../../gitops/read-trailers.ts'
import { type TickProps, tick } from '../../reconciler/tick.ts'
import type { LiveState } from '../../rollouts/live-state.ts'
import { readRecord } from '../../rollouts/read-record.ts'
import type { RecordSpec } from '../../rollouts/record.ts'
import type { Rendition } from '../../rollouts/rendition.ts'
import { eventually } from '../control-plane/eventually.ts'
import { CanaryWorld, version } from '../gitops/canary-fixture.ts'
import { bareRepository, git } from '../gitops/git.ts'
import { gitClient } from '../gitops/git-client.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** The same app by another name. */
const named = (name: string, { revision, files }: Rendition): Rendition => ({
  revision,
  files: JSON.parse(JSON.stringify(files).replaceAll('checkout', name)),
})

const both = (tag: string): Rendition => {
  const checkout = version(tag)
  return { ...checkout, files: [...checkout.files, ...named('cart', checkout).files] }
}

interface TwoApps {
  readonly repository: string
  readonly world: CanaryWorld
  /** Another client of the same repository: one is for one caller. */
  readonly other: GitRemote
  readonly tick: (live: LiveState, props?: Partial<TickProps>) => ReturnType<typeof tick>
  readonly record: (name: string) => Promise<RecordSpec>
  /** Subjects of the newest commits, newest first. */
  readonly subjects: (count: number) => readonly string[]
}

/** Two apps on a real repository, each with a canary whose pods are ready after the first look. */
async function twoApps(looks = 1): Promise<TwoApps> {
  const repository = bareRepository(join(temporaryFolder(), 'deploy.git'))
  const world = new CanaryWorld(await gitClient(repository))
  await world.publish(both('1'))
  await world.publish(both('2'))
  await world.tick(looks)
  await world.cluster.sync()
  const other = await gitClient(repository)
  return {
    repository,
    world,
    other,
    tick: (live, props = {}) =>
      tick({ place: world.place, live, now: () => world.cluster.nowMs, ...props }),
    record: async (name) => {
      const path = `rollouts/shop/${name}/record.yaml`
      const file = (await other.files((await other.tip('deploy')) ?? '', 'prod')).get(path)
      const texts = await other.contents(file === undefined ? [] : [file.id])
      return readRecord(texts.get(file?.id ?? '') ?? '', `prod/${path}`).spec
    },
    subjects: (count) =>
      git(repository, 'log', `-${count}`, '--format=%s', 'deploy').trim().split('\n'),
  }
}

/** The cluster, in which one app cannot be seen before somebody lets it. */
function hanging(live: LiveState, name: string) {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const seen: LiveState = {
    read: async (identities, signal) => {
      if (identities.some((one) => one.name.startsWith(name))) {
        asked.resolve()
        await released.promise
      }
      return live.read(identities, signal)
    },
  }
  // Whoever asks for live objects has read the branch.
  return { live: seen, isAsked: asked.promise, letGo: released.resolve }
}

const STOP = 'prod/rollouts/shop/checkout/STOP'

const put = async (remote: GitRemote, path: string, write: string | undefined): Promise<string> =>
  remote.commit({
    branch: 'deploy',
    parent: await remote.tip('deploy'),
    isNewBranch: false,
    changes: [write === undefined ? { path } : { path, write }],
    message: 'by hand\n',
  })

const commitsOf = ({ rollout }: RecordSpec): number => rollout?.commits ?? 0

describe('What goes forward in a tick', { timeout: 60_000 }, () => {
  it('is one commit, of all apps', async () => {
    const { world, tick: look, subjects } = await twoApps()
    const { commits } = await look(world.cluster)
    expect(commits).toHaveLength(1)
    expect(subjects(1)).toEqual(['rollout prod: shop/cart, shop/checkout'])
  })

  it('waits no longer than it should for a look that hangs', async () => {
    const { world, tick: look, record, subjects } = await twoApps()
    const before = commitsOf(await record('checkout'))
    const { live, letGo } = hanging(world.cluster, 'cart')
    const ticking = look(live, { deadlineMs: 60_000, patienceMs: 50 })
    await eventually(
      'the other app has gone on',
      () => record('checkout'),
      (now) => commitsOf(now) === before + 1,
    )
    expect(commitsOf(await record('cart'))).toBe(before)
    letGo()
    const { commits } = await ticking
    expect(commits.map(({ moves }) => moves.map(({ app }) => app))).toEqual([
      ['shop/checkout'],
      ['shop/cart'],
    ])
    expect(commitsOf(await record('cart'))).toBe(before + 1)
    expect(subjects(2).map((subject) => subject.split(' ')[2])).toEqual([
      'shop/cart',
      'shop/checkout',
    ])
  })

  it('does not go on top of a STOP that was put there meanwhile', async () => {
    const { world, other, tick: look, record } = await twoApps()
    const before = commitsOf(await record('checkout'))
    const { live, isAsked, letGo } = hanging(world.cluster, 'cart')
    const ticking = look(live, { deadlineMs: 60_000 })
    await isAsked
    await put(other, STOP, 'an incident\n')
    letGo()
    const { commits } = await ticking
    expect(commits.map(({ moves }) => moves.map(({ app }) => app))).toEqual([['shop/cart']])
    expect(commitsOf(await record('checkout'))).toBe(before)
    await put(other, STOP, undefined)
    expect((await look(world.cluster)).commits).toHaveLength(1)
    expect(commitsOf(await record('checkout'))).toBe(before + 1)
  })

  it('does not go on top of one that came in the very moment of the commit', async () => {
    const { repository, world, other, tick: look } = await twoApps()
    let isFirst = true
    const remote = new Proxy(world.remote, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          if (name === 'commit' && isFirst) {
            isFirst = false
            await put(other, 'prod/STOP', '')
          }
          return value.apply(target, args)
        }
      },
    })
    const { commits } = await look(world.cluster, { place: { ...world.place, remote } })
    expect(isFirst).toBe(false)
    expect(commits).toEqual([])
    const message = git(repository, 'log', '-1', '--format=%B', 'deploy')
    expect(readTrailers(message).action).toBeUndefined()
  })

  it('is stopped by nothing once it goes back', async () => {
    const { world, other, tick: look, record } = await twoApps(2)
    await world.ask({ action: 'abort', reason: 'errors' })
    const { live, isAsked, letGo } = hanging(world.cluster, 'cart')
    const aborting = commitsOf(await record('checkout'))
    const ticking = look(live, { deadlineMs: 60_000 })
    await isAsked
    await put(other, 'prod/STOP', '')
    letGo()
    await ticking
    for (let looks = 0; looks < 10; looks++) {
      await world.cluster.sync()
      await look(world.cluster)
    }
    expect(aborting).toBeGreaterThan(0)
    expect((await record('checkout')).rollout).toBeUndefined()
    expect((await record('cart')).rollout).toBeDefined()
  })
})
