import { describe, expect, it } from 'vitest'
import { actOnRollout } from '../../reconciler/act-on-rollout.ts'
import { LiveStateUnavailableError } from '../../rollouts/live-state.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { APP, releaseOn, textsOf } from './release-fixture.ts'

const alice = { name: 'alice', proof: 'a test' }

describe('tick', () => {
  it('takes a candidate to stable, one commit a change', async () => {
    const release = await releaseOn(new MemoryGitRemote())
    expect(await release.untilRest()).toEqual([
      'start',
      'shift',
      // Two pods are the fewest that a canary has, and enough for both shares.
      'shift',
      'scale',
      'shift',
      'promote',
      'shift-back',
      'finish',
    ])
    expect(await release.files()).toEqual(textsOf(release.candidate))
    expect(await release.record()).toEqual({
      count: 1,
      heldBack: [],
      former: [release.base.revision],
    })
  })

  it('sends requests to the canary only after its pods were seen', async () => {
    const release = await releaseOn(new MemoryGitRemote())
    release.cluster.stuck.add('checkout-canary')
    for (let looks = 0; looks < 5; looks++) await release.tick()
    expect(release.cluster.weight('checkout')).toBe(0)
    const { looks } = await release.tick()
    expect(looks[0]?.decision).toMatchObject({
      kind: 'wait',
      reasons: [expect.stringContaining('checkout-canary has 0 of 2 pods ready')],
    })
    release.cluster.stuck.clear()
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.candidate))
  })

  it('changes nothing when it is asked again at once', async () => {
    const release = await releaseOn(new MemoryGitRemote())
    await release.tick()
    release.cluster.isSynced = false
    await release.tick()
    expect((await release.tick()).commits).toEqual([])
  })

  it('goes back when it is asked to, at whatever moment', async () => {
    for (let looks = 1; looks < 12; looks++) {
      const release = await releaseOn(new MemoryGitRemote())
      for (let look = 0; look < looks; look++) await release.tick()
      if ((await release.record()).rollout === undefined) break
      const asked = await release.abort('HighErrorRate fires')
      expect(asked).toMatchObject({ outcome: 'committed', move: { action: 'abort' } })
      await release.untilRest()
      expect(await release.files()).toEqual(textsOf(release.base))
      expect((await release.record()).heldBack).toMatchObject([{ reason: 'HighErrorRate fires' }])
    }
  })

  it('neither loses nor doubles a step when several look at once', async () => {
    const release = await releaseOn(new MemoryGitRemote())
    const actions: string[] = []
    for (let looks = 0; looks < 40; looks++) {
      await release.cluster.sync()
      const results = await Promise.all([release.tick(), release.tick(), release.tick()])
      for (const { commits } of results) {
        actions.push(...commits.flatMap(({ moves }) => moves.map(({ move }) => move.action)))
      }
    }
    expect(actions).toEqual([
      'start',
      'shift',
      'shift',
      'scale',
      'shift',
      'promote',
      'shift-back',
      'finish',
    ])
  })

  it('holds nothing of others up when the cluster cannot be seen, and aborts all the same', async () => {
    const release = await releaseOn(new MemoryGitRemote())
    for (let looks = 0; looks < 3; looks++) await release.tick()
    release.cluster.failure = new LiveStateUnavailableError('the API server does not answer')
    const { looks, commits } = await release.tick()
    expect(commits).toEqual([])
    expect(looks[0]).toMatchObject({
      problem: expect.stringContaining('the API server does not answer'),
    })
    const asked = await release.abort('errors')
    expect(asked).toMatchObject({ outcome: 'committed', move: { action: 'abort' } })
    await release.cluster.sync()
    expect(release.cluster.weight('checkout')).toBe(0)
    release.cluster.failure = undefined
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.base))
  })

  it('takes a weight that was edited on the branch for a no', async () => {
    const release = await releaseOn(new MemoryGitRemote())
    for (let looks = 0; looks < 3; looks++) await release.tick()
    const path = 'traffic/shop/checkout/httproute.gateway.networking.k8s.io-checkout.yaml'
    const text = (await release.files())[path]?.replace('weight: 20', 'weight: 90') ?? ''
    await release.edit([{ path: `prod/${path}`, write: text }])
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.base))
    expect((await release.record()).heldBack[0]?.reason).toMatch(/edited .* by hand/)
  })

  it('leaves an app alone whose record a newer Lockstep has written, and says what is wrong', async () => {
    const remote = new MemoryGitRemote()
    const release = await releaseOn(remote)
    await release.tick()
    const before = await release.files()
    const path = 'rollouts/shop/checkout/record.yaml'
    const record = remote.filesOf('deploy')[`prod/${path}`] ?? ''
    await release.write(APP, path, record.replace('v1alpha1', 'v2'))
    const { broken, commits } = await release.tick()
    expect(commits).toEqual([])
    expect(broken).toEqual([{ app: APP, problem: expect.stringContaining(path) }])
    expect(await release.files()).toEqual(before)
    const { place } = release
    const request = { action: 'resume' } as const
    const asked = actOnRollout({ place, app: APP, request, actor: alice, now: Date.now })
    await expect(asked).rejects.toMatchObject({
      code: 'BROKEN_ROLLOUT',
      message: expect.stringMatching(/\. Update lockstep if a newer one has written the file$/),
    })
    await expect(asked).rejects.not.toHaveProperty('remedy')
  })
})
