import { commitMessage } from './commit-message.ts'
import type { GitRemote } from './git-remote.ts'
import { BranchMovedError } from './git-remote-errors.ts'

const README = `# Deploy branch

What runs, as Flux or Argo CD applies it. Lockstep writes this branch from app definitions; the
history is the audit trail, and each commit says in its trailers (\`git log\`) where it comes from.

    <environment>/
      workloads/<namespace>/<app>/   synced: workloads and what belongs to them
      traffic/<namespace>/<app>/     synced: routes and Services
      rollouts/<namespace>/<app>/    not synced: plan and state of rollouts
      inventory.yaml                 not synced: the files that Lockstep owns

Files that are not in an inventory are never touched. To change what runs, change the app definitions
and publish; an edit here is noticed and kept until somebody decides about it.
`

/**
 * Begins the deploy branch with a commit that says what it is, so that every publish after it, the
 * first one too, can be reverted by itself. Does nothing if somebody else has begun it meanwhile.
 *
 * @throws {RemoteRefusedError}
 * @throws {RemoteUnreachableError}
 */
export async function beginDeployBranch(remote: GitRemote, branch: string): Promise<void> {
  try {
    await remote.commit({
      branch,
      parent: undefined,
      isNewBranch: true,
      changes: [{ path: 'README.md', write: README }],
      message: commitMessage('begin the deploy branch', { action: 'initialize' }),
    })
  } catch (error) {
    if (!(error instanceof BranchMovedError)) throw error
  }
}
