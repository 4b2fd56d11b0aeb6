import { describe, expect, it, vi } from 'vitest'
import type { ConfiguredTarget } from '../../functions/configuration/rollout-targets.ts'
import type { LogEntry } from '../../functions/http/log-sink.ts'
import { platformRollouts, TimerTickError } from '../../functions/platform-rollouts.ts'
import { RemoteUnreachableError } from '../../gitops/git-remote-errors.ts'
import { ImageFollower } from '../../images/image-follower.ts'
import { LIVE_ABORT_ANNOTATION, writeLiveAbort } from '../../rollouts/live-abort.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { weekend } from '../constructs/canary-tree.ts'
import { calledRemote } from '../gitops/called-remote.ts'
import { commitFile } from '../gitops/git-client.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { APP, briefPlan, releaseOn } from '../reconciler/release-fixture.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { byName, everything } from './locks/function-caller.ts'
import { targetProps } from './rollouts/rollout-world.ts'

const FILE = 'images.json'
const DIGEST = `sha256:${'1'.repeat(64)}`
const IMAGE = {
  image: { host: 'r.example.com', name: 'shop/web' },
  rule: { tag: 'main' },
  at: ['web'],
}

/** An environment and an image of a platform's function, each of which waits until it may go on. */
async function world() {
  const remote = new MemoryGitRemote()
  await commitFile(remote, 'main', FILE, `{"web":"r.example.com/shop/web:main"}`)
  const repository = Promise.withResolvers<void>()
  const registry = Promise.withResolvers<void>()
  const release = await releaseOn(remote)
  const props = targetProps(release)
  const { remote: called, calls } = calledRemote(remote)
  const open: ConfiguredTarget['open'] = async () => {
    await repository.promise
    return { remote: called, close: async () => {} }
  }
  const digest = async () => {
    await registry.promise
    return DIGEST
  }
  const follower = new ImageFollower({
    file: { environment: 'prod', branch: 'main', path: FILE, images: [IMAGE] },
    repository: 'https://git.example.com/shop',
    registryOf: () => ({ digest, async *tagPages() {}, verify: async () => {} }),
    open: async () => ({ remote, close: async () => {} }),
  })
  const entries: LogEntry[] = []
  const { tickAll } = platformRollouts(
    {
      targets: [{ ...props, open, client: undefined, pace: { leastMs: 1_000, idleMs: 60_000 } }],
      followers: [{ follower, everyMs: 60_000 }],
      access: { authenticator: byName, authorizer: everything },
      senders: [],
      told: [],
    },
    (entry) => void entries.push(entry),
    {},
  )
  return {
    tickAll,
    repository,
    registry,
    calls,
    said: () => entries.map(({ message }) => message),
  }
}

/** Whether it is settled by the time that all has happened which waits for nobody. */
async function isSettled(work: Promise<unknown>): Promise<boolean> {
  let settled = false
  work
    .catch(() => {})
    .finally(() => {
      settled = true
    })
  await new Promise((resolve) => setTimeout(resolve, 100))
  return settled
}

describe('A tick of the timer', () => {
  it('looks at images to the end when an environment fails at once', async () => {
    const { tickAll, repository, registry, said } = await world()
    const ticked = tickAll()
    repository.reject(new RemoteUnreachableError('https://git.example.com', 'away'))
    expect(await isSettled(ticked)).toBe(false)
    registry.resolve()
    await expect(ticked).rejects.toThrow(TimerTickError)
    expect(said()).toContainEqual(expect.stringContaining(`committed r.example.com/shop/web:main@`))
  })

  it('looks at environments to the end when a look at images is given up', async () => {
    const { tickAll, repository, registry, calls } = await world()
    const images = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(images.signal)
    const ticked = tickAll()
    timeout.mockRestore()
    images.abort(new Error('it took too long'))
    registry.reject(new Error('given up'))
    expect(await isSettled(ticked)).toBe(false)
    repository.resolve()
    await expect(ticked).rejects.toThrow('it took too long')
    expect(calls()).toContain('log')
  })

  it('says first which environments it did not look at', async () => {
    const { tickAll, repository, registry } = await world()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort())
    const ticked = tickAll()
    timeout.mockRestore()
    registry.reject(new Error('given up'))
    repository.reject(new RemoteUnreachableError('https://git.example.com', 'away'))
    await expect(ticked).rejects.toThrow('Not looked at: prod')
  })
})

/** A warm instance of a platform's function, and a release whose candidate waits. */
async function warm(plan: RolloutPlan) {
  const memory = new MemoryGitRemote()
  const release = await releaseOn(memory, plan)
  const { remote, calls } = calledRemote(memory)
  const open: ConfiguredTarget['open'] = async () => ({ remote, close: async () => {} })
  const pace = { leastMs: 1_000, idleMs: 60_000 }
  const { tickAll } = platformRollouts(
    {
      targets: [{ ...targetProps(release), open, client: undefined, pace }],
      followers: [],
      access: { authenticator: byName, authorizer: everything },
      senders: [],
      told: [],
    },
    () => {},
    {},
  )
  /** What the repository is asked for by one tick. */
  const tick = async (): Promise<readonly string[]> => {
    await release.cluster.sync()
    calls()
    await tickAll()
    return calls()
  }
  const untilRest = async () => {
    for (let ticks = 0; ticks < 60; ticks++) {
      const { rollout, queued } = await release.record()
      if (rollout === undefined && queued === undefined) return
      expect((await tick()).length).toBeGreaterThan(1)
    }
    throw new Error(`Still in flight: ${JSON.stringify(await release.record())}`)
  }
  return { release, tick, untilRest }
}

describe('A tick of the timer in a warm instance', () => {
  it('reads one ref where nothing is in flight, and all again once the branch has moved', async () => {
    const { release, tick, untilRest } = await warm(briefPlan)
    await untilRest()
    // Only a look after the last commit finds that nothing is left to do.
    expect((await tick()).length).toBeGreaterThan(1)
    expect(await tick()).toEqual(['tip'])
    release.cluster.nowMs += 24 * 60 * 60 * 1000
    expect(await tick()).toEqual(['tip'])
    await release.edit([{ path: 'prod/NOTES', write: 'nothing of ours\n' }])
    expect((await tick()).length).toBeGreaterThan(1)
    expect(await tick()).toEqual(['tip'])
  })

  it('looks at what waits for the end of a freeze window, which no commit tells', async () => {
    // The clock of the cluster begins on a Saturday, 09:00 in Seoul.
    const window = { ...weekend, schedule: '0 9 * * SAT', duration: 'PT2H' }
    const plan = planWith({ ...briefPlan.spec, freezeWindows: [window] })
    const { release, tick } = await warm(plan)
    for (let ticks = 0; ticks < 3; ticks++) {
      expect((await tick()).length).toBeGreaterThan(1)
      expect((await release.record()).rollout).toBeUndefined()
    }
    release.cluster.nowMs = Date.parse('2026-11-21T11:00:00+09:00')
    await tick()
    expect((await release.record()).rollout).toMatchObject({ stage: { phase: 'progressing' } })
  })

  it('looks at what is held, however long the branch stays where it is', async () => {
    const plan = planWith({ ...briefPlan.spec, steps: [{ weight: 20, holdSeconds: 3600 }] })
    const { release, tick } = await warm(plan)
    const steps: unknown[] = []
    for (let ticks = 0; ticks < 8; ticks++) {
      expect((await tick()).length).toBeGreaterThan(1)
      steps.push((await release.record()).rollout?.stage)
    }
    expect(steps.at(-1)).toEqual(steps.at(-2))
    release.cluster.nowMs += 3600_000
    await tick()
    expect((await release.record()).rollout?.stage).not.toEqual(steps.at(-1))
  })
  it('finds what an abort in the cluster has left there, which no commit tells', async () => {
    const plan = planWith({ ...briefPlan.spec, steps: [{ weight: 20, holdSeconds: 3600 }] })
    const { release, tick } = await warm(plan)
    for (let ticks = 0; ticks < 8; ticks++) await tick()
    const { cluster } = release
    cluster.isSynced = false
    const route = cluster.live('HTTPRoute', 'checkout')
    const note = writeLiveAbort({
      app: APP,
      rollout: (await release.record()).rollout?.id ?? '',
      reason: 'customers complain',
      at: '2026-11-21T00:00:00Z',
      syncs: [],
    })
    const annotations = { ...route?.metadata.annotations, [LIVE_ABORT_ANNOTATION]: note }
    Object.assign(route?.metadata ?? {}, { annotations })
    await tick()
    expect((await release.record()).rollout?.abort).toMatchObject({
      reason: expect.stringContaining('customers complain'),
    })
  })
})
