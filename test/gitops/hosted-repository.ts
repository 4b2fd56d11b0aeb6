import type { GitRemote } from '../../gitops/git-remote.ts'
import { filesOf, git } from './git.ts'
import type { HostedRepository } from './git-remote.contract.ts'

/** A repository on this machine that a contract is tried on, by whatever client. */
export function hostedRepository(
  repository: string,
  open: () => Promise<GitRemote>,
  close: () => Promise<void> = async () => {},
): HostedRepository {
  return {
    open,
    files: (branch) => filesOf(repository, branch),
    log: (branch) => git(repository, 'log', '--format=%H', branch, '--').trim().split('\n'),
    message: (commit) => git(repository, 'log', '-1', '--format=%B', commit).replace(/\n$/, ''),
    move: (branch, commit) => {
      const to = commit === undefined ? ['-d'] : []
      git(repository, 'update-ref', ...to, `refs/heads/${branch}`, ...(commit ? [commit] : []))
    },
    close,
  }
}
