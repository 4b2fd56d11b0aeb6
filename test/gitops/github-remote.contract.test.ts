import { join } from 'node:path'
import { GitHubRemote } from '../../gitops/github-remote.ts'
import { bareRepository } from './git.ts'
import { plumbBranch, plumbCommit, plumbTree } from './git-plumbing.ts'
import { describeGitRemote } from './git-remote.contract.ts'
import { githubServer } from './github-server.ts'
import { hostedRepository } from './hosted-repository.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()

describeGitRemote('GitHub', async () => {
  const repository = bareRepository(join(folder, 'deploy.git'))
  // GitHub's API cannot make the first commit of a repository.
  plumbBranch(
    repository,
    'main',
    plumbCommit(repository, plumbTree(repository, undefined, []), [], 'first'),
    undefined,
  )
  const server = await githubServer({
    repository,
    name: 'platform/deploy',
    isToken: (token) => token === 'secret',
  })
  const { apiUrl } = server
  const open = async () =>
    new GitHubRemote({ repository: 'platform/deploy', access: 'secret', apiUrl })
  const hosted = hostedRepository(repository, open, server.close)
  // It ends messages of its API without a line break.
  return { ...hosted, message: (commit) => `${hosted.message(commit).trimEnd()}\n` }
})
