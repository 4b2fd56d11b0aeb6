import { join } from 'node:path'
import { GitLabRemote } from '../../gitops/gitlab-remote.ts'
import { SmartHttpRemote } from '../../gitops/smart-http-remote.ts'
import { bareRepository, git } from './git.ts'
import { gitHttpServer } from './git-http-server.ts'
import { describeGitRemote, type HostedRepository } from './git-remote.contract.ts'
import { hostedRepository } from './hosted-repository.ts'
import { sharedFolder } from './shared-folder.ts'
import { AUTHOR } from './smart-http-client.ts'

const folder = sharedFolder()

/** A repository that is served by Git's own program, with settings of it. */
async function served(
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<HostedRepository> {
  const repository = bareRepository(join(folder, name, 'platform/deploy.git'))
  for (const [key, value] of Object.entries(settings)) git(repository, 'config', key, value)
  const server = await gitHttpServer({ root: join(folder, name), credentials: 'oauth2:secret' })
  const open = async () =>
    name === 'gitlab'
      ? new GitLabRemote({
          instance: server.url,
          project: 'platform/deploy',
          token: 'secret',
          author: AUTHOR,
        })
      : new SmartHttpRemote({
          url: `${server.url}/platform/deploy.git`,
          credentials: { username: 'oauth2', password: 'secret' },
          author: AUTHOR,
        })
  return hostedRepository(repository, open, server.close)
}

const FILTER = { 'uploadpack.allowFilter': 'true' }

describeGitRemote('Smart HTTP', () => served('filter', FILTER))

describeGitRemote('Smart HTTP of a server that cannot leave out objects', () => served('whole', {}))

describeGitRemote('Smart HTTP of a server that cannot leave out trees', () =>
  served('trees', { ...FILTER, 'uploadpackfilter.tree.allow': 'false' }),
)

describeGitRemote('GitLab', () => served('gitlab', FILTER))
