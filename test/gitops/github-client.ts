import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { GitHubRemote, type GitHubRemoteProps } from '../../gitops/github-remote.ts'
import { bareRepository } from './git.ts'
import { plumbBranch, plumbCommit, plumbTree } from './git-plumbing.ts'
import {
  GITHUB_NAME,
  type GitHubServer,
  type GitHubServerProps,
  githubServer,
} from './github-server.ts'

export interface ServedGitHub {
  readonly client: GitHubRemote
  readonly server: GitHubServer
  readonly repository: string
  /** The first commit of the branch `main`, with a README. */
  readonly first: string
}

/** A repository of a GitHub that is gone after the test. */
export async function serveGitHub(
  folder: string,
  props: Partial<GitHubServerProps> = {},
  more: Partial<GitHubRemoteProps> = {},
): Promise<ServedGitHub> {
  const repository = bareRepository(join(folder, 'deploy.git'))
  const readme = { path: 'README.md', content: Buffer.from('Hello\n') }
  const first = plumbCommit(repository, plumbTree(repository, undefined, [readme]), [], 'first')
  plumbBranch(repository, 'main', first, undefined)
  const server = await githubServer({
    repository,
    name: GITHUB_NAME,
    isToken: (token) => token === 'secret',
    ...props,
  })
  onTestFinished(() => server.close())
  const client = new GitHubRemote({
    repository: GITHUB_NAME,
    access: 'secret',
    apiUrl: server.apiUrl,
    ...more,
  })
  return { client, server, repository, first }
}
