import { describeGitRemote } from './git-remote.contract.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'

describeGitRemote('The repository in memory of these tests', async () => {
  const remote = new MemoryGitRemote()
  return {
    open: async () => remote,
    files: (branch) => remote.filesOf(branch),
    log: (branch) => remote.commitsOf(branch).map(({ id }) => id),
    message: (commit) =>
      [...remote.branches.keys()]
        .flatMap((branch) => remote.commitsOf(branch))
        .find(({ id }) => id === commit)?.message ?? '',
    move: (branch, commit) => {
      if (commit === undefined) remote.branches.delete(branch)
      else remote.branches.set(branch, commit)
    },
    close: async () => {},
  }
})
