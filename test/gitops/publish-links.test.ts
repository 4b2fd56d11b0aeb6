import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { publish } from '../../gitops/publish.ts'
import { bareRepository, git } from './git.ts'
import { gitClient } from './git-client.ts'
import { deployment, rendering } from './rendering-fixture.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
let count = 0
const PATH = 'prod/workloads/shop/web/deployment.apps-web.yaml'
const web = rendering('prod', { 'shop/web': [deployment('web')] })

const publishTo = async (repository: string, props: object = {}) =>
  publish({ remote: await gitClient(repository), branch: 'deploy', rendering: web, ...props })

/** A clone in which a person works, and what they push. */
function person(repository: string) {
  const clone = join(folder, `clone-${++count}`)
  git('/', 'clone', '--quiet', '--branch', 'deploy', repository, clone)
  return {
    clone,
    push: () => {
      git(clone, 'add', '--all')
      git(clone, 'commit', '--quiet', '--message', 'by hand')
      git(clone, 'push', '--quiet')
    },
  }
}

const modes = (repository: string): string => git(repository, 'ls-tree', '-r', 'deploy', '--', PATH)

describe('a symbolic link on the branch', () => {
  it('in the place of a file of ours is drift, and stays until that is overwritten', async () => {
    const repository = bareRepository(join(folder, 'drift.git'))
    await publishTo(repository)
    const { clone, push } = person(repository)
    writeFileSync(join(clone, 'elsewhere.yaml'), web.files[0]?.text ?? '')
    rmSync(join(clone, PATH))
    symlinkSync('../../../../../elsewhere.yaml', join(clone, PATH))
    push()
    const { plan } = await publishTo(repository)
    expect(plan.drift).toMatchObject([{ state: 'edited', outcome: 'kept' }])
    expect(modes(repository)).toMatch(/^120000/)
    await publishTo(repository, { overwriteDrift: true })
    expect(modes(repository)).toMatch(/^100644/)
  })

  it('in the way of a folder of ours stops the publish', async () => {
    const repository = bareRepository(join(folder, 'folder.git'))
    await publish({
      remote: await gitClient(repository),
      branch: 'deploy',
      rendering: rendering('prod', {}),
    })
    const { clone, push } = person(repository)
    mkdirSync(join(clone, dirname(PATH), '..'), { recursive: true })
    symlinkSync('/etc', join(clone, dirname(PATH)))
    push()
    const { outcome, plan } = await publishTo(repository, { adopt: true })
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([
      { kind: 'foreign-file', files: [expect.stringContaining('shop/web')] },
    ])
  })

  it('of somebody else whose target reads like our file is not our file', async () => {
    const repository = bareRepository(join(folder, 'same.git'))
    await publish({
      remote: await gitClient(repository),
      branch: 'deploy',
      rendering: rendering('prod', {}),
    })
    const target = { path: 'workloads/shop/web/a.yaml', text: 'somewhere', app: 'shop/web' }
    const { clone, push } = person(repository)
    mkdirSync(join(clone, 'prod/workloads/shop/web'), { recursive: true })
    symlinkSync('somewhere', join(clone, 'prod', target.path))
    push()
    const { outcome } = await publishTo(repository, {
      rendering: { environment: 'prod', files: [target] },
      adopt: true,
    })
    expect(outcome).toBe('stopped')
  })
})
