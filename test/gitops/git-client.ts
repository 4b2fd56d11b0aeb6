import { onTestFinished } from 'vitest'
import { GitCommandRemote, type GitCommandRemoteProps } from '../../gitops/git-command-remote.ts'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { GIT_ENV } from './git.ts'

/** A client that is closed when the test is over. */
export async function gitClient(
  remote: string,
  props: Partial<GitCommandRemoteProps> = {},
): Promise<GitCommandRemote> {
  const client = await GitCommandRemote.open({ remote, cwd: '/', env: GIT_ENV, ...props })
  onTestFinished(() => client.close())
  return client
}

/** Commits one file on top of whatever is there. */
export async function commitFile(
  client: GitRemote,
  branch: string,
  path: string,
  write = `${path}\n`,
): Promise<string> {
  const parent = await client.tip(branch)
  const isNewBranch = parent === undefined
  return client.commit({
    branch,
    parent,
    isNewBranch,
    changes: [{ path, write }],
    message: `${path}\n`,
  })
}
