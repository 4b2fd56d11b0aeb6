import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { recordPath } from '../../manifests/layout.ts'
import { EnvironmentTicks } from '../../reconciler/environment-ticks.ts'
import { tick } from '../../reconciler/tick.ts'
import { bareRepository, git } from '../gitops/git.ts'
import { gitClient } from '../gitops/git-client.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { WithholdingRemote } from '../gitops/withholding-remote.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { briefPlan, type Release, releaseOn, textsOf } from './release-fixture.ts'

/** The process ends here: nothing after this call of it happens. */
class Killed extends Error {}

/** A remote whose caller dies at the nth of its calls, before or after the call has had its effect. */
function dying(remote: GitRemote, nth: number, isAfter: boolean): GitRemote {
  let calls = 0
  return new Proxy(remote, {
    get: (target, name, receiver) => {
      const value = Reflect.get(target, name, receiver)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        const isLast = ++calls === nth
        if (isLast && !isAfter) throw new Killed()
        const result = await value.apply(target, args)
        if (isLast) throw new Killed()
        return result
      }
    },
  })
}

describe('A tick that is killed', () => {
  it('at any of its calls leaves a release that the next one finishes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ nth: fc.integer({ min: 1, max: 14 }), isAfter: fc.boolean() }), {
          minLength: 10,
          maxLength: 30,
        }),
        async (deaths) => {
          const remote = new MemoryGitRemote()
          const release = await releaseOn(remote)
          for (const { nth, isAfter } of deaths) {
            const place = { ...release.place, remote: dying(remote, nth, isAfter) }
            await release.tick({ place }).catch((error: unknown) => {
              if (!(error instanceof Killed)) throw error
            })
          }
          await release.untilRest()
          expect(await release.files()).toEqual(textsOf(release.candidate))
          expect((await release.record()).count).toBe(1)
        },
      ),
      { numRuns: 15 },
    )
  })
})

describe('Two functions whose clocks are minutes apart', () => {
  it('agree, since it is the clock of the cluster that counts', async () => {
    const release = await releaseOn(new MemoryGitRemote())
    const { place, cluster } = release
    const actions: string[] = []
    for (let looks = 0; looks < 30; looks++) {
      await cluster.sync()
      for (const apartMs of [-600_000, 600_000]) {
        const { commits } = await tick({ place, live: cluster, now: () => cluster.nowMs + apartMs })
        actions.push(...commits.flatMap(({ moves }) => moves.map(({ move }) => move.action)))
      }
    }
    expect(actions.filter((action) => action === 'finish')).toHaveLength(1)
    expect(await release.files()).toEqual(textsOf(release.candidate))
    // Each step was held for half a minute of the cluster's time.
    const held = cluster.nowMs - Date.parse('2026-11-21T00:00:00Z')
    expect(held).toBeGreaterThan(90_000)
  })
})

describe('A store of metrics that hangs', () => {
  it('holds up its own app, and that only until the deadline', async () => {
    const [measured] = planWith({}).spec.analysis
    if (measured === undefined) throw new Error('The plan measures something')
    const plan = { ...briefPlan, spec: { ...briefPlan.spec, analysis: [measured] } }
    const release = await releaseOn(new MemoryGitRemote(), plan)
    const never = () => new Promise<never>(() => {})
    const metrics = { failures: never, slowness: never, values: never } as never
    for (let looks = 0; looks < 4; looks++) await release.tick({ metrics, deadlineMs: 20 })
    const { looks } = await release.tick({ metrics, deadlineMs: 20 })
    expect(looks[0]?.decision).toMatchObject({ kind: 'wait' })
    expect(looks[0]?.observation?.verdicts).toEqual([
      {
        metric: 'success-rate',
        outcome: 'inconclusive',
        reason: 'the metric store did not answer within 0.02 s',
      },
    ])
  })
})

describe('A canary that still gets requests although its route gives it none', () => {
  const [measured] = planWith({}).spec.analysis
  const plan = { ...briefPlan, spec: { ...briefPlan.spec, analysis: measured ? [measured] : [] } }

  /** Enough good requests to pass, and after traffic went back so many to the canary. */
  async function abortedWith(left: () => Promise<{ total: number; bad: number }>) {
    const release = await releaseOn(new MemoryGitRemote(), plan)
    const good = { failures: async () => ({ total: 100_000, bad: 0 }) } as never
    for (let looks = 0; looks < 3; looks++) await release.tick({ metrics: good })
    await release.abort('errors')
    const metrics = { failures: left } as never
    for (let looks = 0; looks < 4; looks++) await release.tick({ metrics, deadlineMs: 20 })
    return release
  }

  it('is not taken away before they are none', async () => {
    const requests = { total: 12, bad: 0 }
    const release = await abortedWith(async () => requests)
    const { looks } = await release.tick({ metrics: { failures: async () => requests } as never })
    expect(looks[0]?.decision).toMatchObject({
      kind: 'wait',
      reasons: [expect.stringMatching(/checkout-canary still gets [0-9.]+ requests a second/)],
    })
    requests.total = 0
    await release.untilRest({ metrics: { failures: async () => requests } as never })
    expect(await release.files()).toEqual(textsOf(release.base))
  })

  it.each([
    ['is down', () => Promise.reject(new Error('connect ECONNREFUSED'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('is taken away all the same when the store of metrics %s', async (_, failures) => {
    const release = await abortedWith(failures)
    await release.untilRest({ metrics: { failures } as never, deadlineMs: 20 })
    expect(await release.files()).toEqual(textsOf(release.base))
  })
})

describe('On a real repository', () => {
  async function releaseOnDisk(): Promise<Release & { readonly repository: string }> {
    const repository = bareRepository(join(temporaryFolder(), 'deploy.git'))
    const remote = await gitClient(repository)
    return { repository, ...(await releaseOn(remote)) }
  }

  it('the revert of the newest step, whichever it is, sends everything back', async () => {
    for (const looks of [1, 3, 5]) {
      const release = await releaseOnDisk()
      for (let look = 0; look < looks; look++) await release.tick()
      revertNewest(release.repository)
      await release.untilRest()
      expect(await release.files()).toEqual(textsOf(release.base))
      const { heldBack } = await release.record()
      expect(heldBack[0]?.reason).toMatch(/changed the rollout by hand in [0-9a-f]{10}: Revert "/)
    }
  })

  it('the history tells the whole story', async () => {
    const release = await releaseOnDisk()
    await release.untilRest()
    const subjects = git(release.repository, 'log', '--reverse', '--format=%s', 'deploy')
    const { revision } = release.candidate
    expect(
      subjects.replaceAll(revision, 'REVISION').trim().split('\n').slice(2),
    ).toMatchInlineSnapshot(`
      [
        "queue",
        "rollout prod: shop/checkout start REVISION, step 1/3",
        "rollout prod: shop/checkout shift REVISION, step 1/3, weight 20",
        "rollout prod: shop/checkout shift REVISION, step 2/3, weight 50",
        "rollout prod: shop/checkout scale REVISION, step 3/3, weight 50",
        "rollout prod: shop/checkout shift REVISION, step 3/3, weight 100",
        "rollout prod: shop/checkout promote REVISION, step 3/3, weight 100",
        "rollout prod: shop/checkout shift-back REVISION, step 3/3, weight 0",
        "rollout prod: shop/checkout promoted REVISION",
      ]
    `)
  })
})

function revertNewest(repository: string): void {
  const folder = temporaryFolder()
  git(folder, 'clone', '--quiet', '--branch', 'deploy', repository, 'clone')
  const clone = join(folder, 'clone')
  git(clone, 'revert', '--no-edit', 'HEAD')
  git(clone, 'push', '--quiet', 'origin', 'deploy')
}

describe('A record that was edited by hand, while the repository refused to give what it had been', () => {
  it('is acted on once the repository gives it again, though the branch stayed where it was', async () => {
    const remote = new WithholdingRemote()
    const release = await releaseOn(remote)
    while (release.cluster.weight('checkout') === 0) await release.tick()
    const record = recordPath('shop', 'checkout')
    const written = (await remote.files((await remote.tip('deploy'))!, 'prod')).get(record)!.id
    await release.edit([{ path: `prod/${record}`, write: 'edited: by hand\n' }])
    const ticks = new EnvironmentTicks({
      tip: () => remote.tip('deploy'),
      tick: () => release.tick(),
    })
    remote.withheld.add(written)
    const refused = await ticks.tick()
    expect(refused.broken.map(({ app }) => app)).toEqual(['shop/checkout'])
    remote.withheld.clear()
    const { commits } = await ticks.tick()
    expect(commits.flatMap(({ moves }) => moves.map(({ move }) => move.action))).toEqual(['abort'])
  })
})
