import { describe, expect, it } from 'vitest'
import { blobId } from '../../manifests/blob-id.ts'
import { filesOf, git } from '../gitops/git.ts'
import { textsOf } from '../reconciler/release-fixture.ts'
import { rolloutTerminal } from './rollout-terminal.ts'

const RECORD = 'prod/rollouts/shop/checkout/record.yaml'
const INVENTORY = 'prod/inventory.yaml'

// Several processes of Git a test, on machines that may be busy.
describe('lockstep rollout repair', { timeout: 120_000 }, () => {
  it('brings a record back that somebody has made nonsense of, and the release goes on', async () => {
    const { rollout, release, repository, until } = await rolloutTerminal()
    await until(1, 'live')
    const before = filesOf(repository, 'deploy')
    const { [RECORD]: record = '', [INVENTORY]: inventory = '' } = before
    const broken = record.replace('phase: progressing', 'phase: done')
    const listed = inventory.replace(blobId(record, 'sha1'), blobId(broken, 'sha1'))
    await release.edit([
      { path: RECORD, write: broken },
      { path: INVENTORY, write: listed },
    ])
    const shown = await rollout('show', 'checkout')
    expect(shown.stderr).toContain('lockstep rollout repair shop/checkout --env prod')
    const { stdout, stderr, exitCode } = await rollout('repair', 'checkout')
    expect([stderr, exitCode]).toEqual(['', undefined])
    expect(stdout).toMatch(
      /^Repaired shop\/checkout in prod, as \w{12} on deploy of .+\n {2}wrote prod\/inventory\.yaml\n {2}wrote prod\/rollouts\/shop\/checkout\/record\.yaml\n {2}The record is that of \w{12}: rollout \w+-1 is in flight\.\n$/,
    )
    expect(filesOf(repository, 'deploy')).toEqual(before)
    expect(git(repository, 'log', '-1', '--format=%an%n%B', 'deploy')).toMatch(
      /^On Call\nrollout prod: shop\/checkout repaired\n[\s\S]*Lockstep-Step-Action: repair\n[\s\S]*Lockstep-Actor: On Call\n/,
    )
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.candidate))
  })

  it('touches nothing that is sound', async () => {
    const { rollout, repository, until } = await rolloutTerminal()
    await until(1, 'live')
    const tip = git(repository, 'rev-parse', 'deploy')
    const { stderr, exitCode } = await rollout('repair', 'checkout')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^error: What the branch keeps of .* is sound\n {2}→ Revert /)
    expect(git(repository, 'rev-parse', 'deploy')).toBe(tip)
  })
})
