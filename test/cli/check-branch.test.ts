import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { CanaryWorld, version } from '../gitops/canary-fixture.ts'
import { bareRepository, git } from '../gitops/git.ts'
import { gitClient } from '../gitops/git-client.ts'
import { withTracks } from '../rollouts/renditions.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { capturedTerminal } from './captured-terminal.ts'

/** A repository that was published to. */
async function published(): Promise<{ repository: string; world: CanaryWorld }> {
  const repository = bareRepository(join(temporaryFolder(), 'deploy.git'))
  const world = new CanaryWorld(await gitClient(repository))
  await world.publish(version('1', withTracks))
  return { repository, world }
}

async function check(...args: readonly string[]) {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'cdk8s.yaml'), 'language: typescript\napp: node apps/main.ts\n')
  const terminal = capturedTerminal(folder)
  await runProgram(['check', ...args], terminal)
  return { out: terminal.output(), err: terminal.errors(), code: terminal.exitCode() }
}

/** What somebody pushes for a review, to a branch of its own. */
function propose(repository: string, branch: string, change: (clone: string) => void): void {
  const clone = join(temporaryFolder(), 'clone')
  git('/', 'clone', '--quiet', '--branch', 'deploy', repository, clone)
  change(clone)
  git(clone, 'commit', '--quiet', '--all', '--message', 'proposal')
  git(clone, 'push', '--quiet', 'origin', `HEAD:${branch}`)
}

const ROUTE = 'prod/traffic/shop/checkout/httproute.gateway.networking.k8s.io-checkout.yaml'

describe('lockstep check --branch', { timeout: 60_000 }, () => {
  it('refuses weights that an older step had, whose pods have gone', async () => {
    const { repository, world } = await published()
    await world.publish(version('2', withTracks))
    await world.untilRest()
    const rule = 'canary/capacity'
    const { out } = await check('--branch', '--remote', repository, '--all')
    expect(out).toMatch(/^prod$/m)
    expect(out).not.toContain(rule)
    propose(repository, 'older-step', (clone) => {
      const shift = git(clone, 'log', '--format=%H', '--grep=weight 50', '-1').trim()
      git(clone, 'checkout', '--quiet', shift, '--', ROUTE)
    })
    const refused = await check('--branch', 'older-step', '--remote', repository, '--env', 'prod')
    expect(refused.code).toBe(1)
    expect(refused.out).toContain(`error ${rule}`)
    expect(refused.out).toContain(ROUTE)
  })

  it('says what cannot be read, and what there is not', async () => {
    const { repository } = await published()
    propose(repository, 'conflict', (clone) =>
      writeFileSync(join(clone, ROUTE), '<<<<<<< HEAD\na: 1\n'),
    )
    const conflict = await check('--branch', 'conflict', '--remote', repository)
    expect(conflict).toMatchObject({ code: 2, out: '' })
    expect(conflict.err).toContain(`Cannot read ${ROUTE}:`)
    const missing = await check('--branch', '--remote', repository, '--env', 'staging')
    expect(missing.err).toContain("The branch 'deploy' has no environment 'staging'")
    expect(missing.err).toContain('Use one of: prod')
    const nowhere = await check('--branch', 'none', '--remote', repository)
    expect(nowhere.err).toContain("The branch 'none' has no environment")
    const both = await check('app.yaml', '--branch')
    expect(both.err).toContain('--branch checks all of a branch')
  })
})
