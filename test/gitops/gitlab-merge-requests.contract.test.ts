import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { GitLabMergeRequests } from '../../gitops/gitlab-merge-requests.ts'
import { describeChangeRequests } from './change-requests.contract.ts'
import { bareRepository, git } from './git.ts'
import { gitHttpServer } from './git-http-server.ts'
import { plumbBranch, plumbCommit, plumbTree } from './git-plumbing.ts'
import { GitLabApi } from './gitlab-api.ts'
import { sharedFolder } from './shared-folder.ts'

const PROJECT = 'platform/group/deploy'
const folder = sharedFolder()
let count = 0

describeChangeRequests('GitLab', async () => {
  const root = join(folder, String(++count))
  const repository = bareRepository(join(root, `${PROJECT}.git`))
  const first = plumbCommit(repository, plumbTree(repository, undefined, []), [], 'first')
  plumbBranch(repository, 'main', first, undefined)
  git(repository, 'update-ref', 'refs/heads/change', first)
  const api = new GitLabApi(repository, PROJECT, 'secret')
  let instead: ((response: ServerResponse) => void) | undefined
  const server = await gitHttpServer({
    root,
    intercept: (request: IncomingMessage, response: ServerResponse) => {
      instead?.(response)
      return instead !== undefined || api.intercept(request, response)
    },
  })
  onTestFinished(() => server.close())
  const as = (token: string) =>
    new GitLabMergeRequests({ project: PROJECT, token: async () => token, instance: server.url })
  return {
    requests: as('secret'),
    asNobody: as('another'),
    addOfFork: () => api.addOfFork('change', 'opened'),
    merge: () => {
      api.all.at(-1)!.state = 'merged'
    },
    close: () => {
      api.all.at(-1)!.state = 'closed'
    },
    title: () => api.all.at(-1)?.title,
    cut: () => {
      instead = (response) => void response.destroy()
    },
    throttle: () => {
      instead = (response) => void response.writeHead(429, { 'Retry-After': '7' }).end('{}')
    },
  }
})
