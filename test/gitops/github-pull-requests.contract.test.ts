import { join } from 'node:path'
import { GitHubPullRequests } from '../../gitops/github-pull-requests.ts'
import { describeChangeRequests } from './change-requests.contract.ts'
import { git } from './git.ts'
import { serveGitHub } from './github-client.ts'
import { GitHubPulls } from './github-pulls.ts'
import { GITHUB_NAME, type Reply } from './github-server.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
let count = 0

describeChangeRequests('GitHub', async () => {
  const home = join(folder, String(++count))
  const pulls = new GitHubPulls(join(home, 'deploy.git'), GITHUB_NAME)
  let instead: Reply | 'cut' | undefined
  const { server, repository, first } = await serveGitHub(home, {
    intercept: (call) =>
      instead ?? (call.authorization === 'Bearer secret' ? pulls.answer(call) : undefined),
  })
  git(repository, 'update-ref', 'refs/heads/change', first)
  const { apiUrl } = server
  const as = (token: string) =>
    new GitHubPullRequests({ repository: GITHUB_NAME, access: async () => token, apiUrl })
  return {
    requests: as('secret'),
    asNobody: as('another'),
    addOfFork: () => pulls.addOfFork('change', 'open'),
    merge: () => pulls.merge(pulls.all.length),
    close: () => void pulls.close(pulls.all.length),
    title: () => pulls.all.at(-1)?.title,
    cut: () => {
      instead = 'cut'
    },
    throttle: () => {
      instead = { status: 429, body: {}, headers: { 'Retry-After': '7' } }
    },
  }
})
