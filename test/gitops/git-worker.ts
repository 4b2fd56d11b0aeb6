import type { GitRemote } from '../../gitops/git-remote.ts'
import { GitHubRemote } from '../../gitops/github-remote.ts'
import { GitLabRemote } from '../../gitops/gitlab-remote.ts'
import { SmartHttpRemote } from '../../gitops/smart-http-remote.ts'

/** What the Worker of the tests is told. */
interface GitWorkerEnv {
  readonly GIT_URL: string
  readonly GITHUB_API: string
}

const AUTHOR = { name: 'Worker', email: 'worker@example.com' }

/** A Worker that writes one file by each adapter that works without Node: `/smart-http`, `/github`, `/gitlab`. */
export default {
  async fetch(request: Request, env: GitWorkerEnv): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1)
    const remote = remotes[name]?.(env)
    if (remote === undefined) return new Response('unknown adapter', { status: 404 })
    const branch = `by-${name}`
    const parent = await remote.tip(branch)
    const commit = await remote.commit({
      branch,
      parent,
      isNewBranch: parent === undefined,
      changes: [{ path: 'prod/file.yaml', write: `by: ${name}\n` }],
      message: `by ${name}\n`,
    })
    const files = await remote.files(commit, 'prod')
    const contents = await remote.contents([...files.values()].map(({ id }) => id))
    return Response.json({ commit, contents: [...contents.values()] })
  },
}

const remotes: Readonly<Record<string, (env: GitWorkerEnv) => GitRemote>> = {
  'smart-http': ({ GIT_URL }) =>
    new SmartHttpRemote({ url: `${GIT_URL}/platform/deploy.git`, author: AUTHOR }),
  gitlab: ({ GIT_URL }) =>
    new GitLabRemote({
      instance: GIT_URL,
      project: 'platform/deploy',
      token: 'secret',
      author: AUTHOR,
    }),
  github: ({ GITHUB_API }) =>
    new GitHubRemote({ repository: 'platform/deploy', access: 'secret', apiUrl: GITHUB_API }),
}
