import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { type Release, releaseOn } from './release-fixture.ts'

/** A release after some looks, in a cluster that changes no more, at one moment. */
async function stoppedAfter(looks: number): Promise<Release> {
  const release = await releaseOn(new MemoryGitRemote())
  for (let look = 0; look < looks; look++) await release.tick()
  await release.cluster.sync()
  release.cluster.isSynced = false
  release.cluster.lookMs = 0
  return release
}

/** What it comes to when events wake so many ticks one after the other, each of so many at once. */
async function treeAfter(looks: number, waves: readonly number[]): Promise<unknown> {
  const release = await stoppedAfter(looks)
  for (const atOnce of waves) {
    await Promise.all(Array.from({ length: atOnce }, () => release.tick()))
  }
  const { rollout } = await release.record()
  return { files: await release.files(), stage: rollout?.stage, commits: rollout?.commits }
}

describe('Events about a release', () => {
  it('lost, late or told three times, end in the tree that one look alone comes to', async () => {
    const waves = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.nat(9), waves, async (looks, told) => {
        expect(await treeAfter(looks, [...told, 1])).toEqual(await treeAfter(looks, [1]))
      }),
      { numRuns: 25 },
    )
  })
})
