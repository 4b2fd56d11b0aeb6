import { join } from 'node:path'
import { describe, it } from 'vitest'
import { GitHubRemote } from '../../gitops/github-remote.ts'
import { SmartHttpRemote } from '../../gitops/smart-http-remote.ts'
import { bareRepository, git } from './git.ts'
import { gitClient } from './git-client.ts'
import { serveGitHub } from './github-client.ts'
import { GITHUB_NAME } from './github-server.ts'
import { sharedFolder } from './shared-folder.ts'
import { AUTHOR, serveRepository } from './smart-http-client.ts'
import { enterSteps, expectEveryStepOnce } from './stress.ts'

const folder = sharedFolder()

/** True once in a while. */
function everyNth(n: number): () => boolean {
  let count = 0
  return () => ++count % n === 0
}

describe('many writers on one branch: no step is lost, none is entered twice', () => {
  it('32 writers, 500 steps, by the `git` command', async () => {
    const repository = bareRepository(join(folder, 'local.git'))
    const clients = await Promise.all(Array.from({ length: 32 }, () => gitClient(repository)))
    await enterSteps({ clients, steps: 500 })
    expectEveryStepOnce(repository, 500)
  }, 600_000)

  it('6 writers, 30 steps, over smart HTTP that loses every fifth answer to a push', async () => {
    const root = join(folder, 'http')
    const repository = bareRepository(join(root, 'deploy.git'))
    git(repository, 'config', 'uploadpack.allowFilter', 'true')
    const isLost = everyNth(5)
    const { server } = await serveRepository({
      root,
      afterwards: ({ method, url }) =>
        method === 'POST' && url?.endsWith('/git-receive-pack') === true && isLost(),
    })
    const url = `${server.url}/deploy.git`
    const clients = Array.from({ length: 6 }, () => new SmartHttpRemote({ url, author: AUTHOR }))
    await enterSteps({ clients, steps: 30 })
    expectEveryStepOnce(repository, 30)
  }, 300_000)

  it('6 writers, 30 steps, at a GitHub that loses every fifth answer to a commit', async () => {
    const isLost = everyNth(5)
    const { server, repository } = await serveGitHub(join(folder, 'github'), {
      afterwards: ({ operation }) => operation === 'Commit' && isLost(),
    })
    const clients = Array.from(
      { length: 6 },
      () => new GitHubRemote({ repository: GITHUB_NAME, access: 'secret', apiUrl: server.apiUrl }),
    )
    await enterSteps({ clients, steps: 30 })
    expectEveryStepOnce(repository, 30)
  }, 300_000)
})
