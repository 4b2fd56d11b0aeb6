import type { ChangeRequests } from '../../gitops/change-requests.ts'
import { GitHubPullRequests } from '../../gitops/github-pull-requests.ts'
import { GitHubRemote } from '../../gitops/github-remote.ts'
import { GitLabMergeRequests } from '../../gitops/gitlab-merge-requests.ts'
import { GitLabRemote } from '../../gitops/gitlab-remote.ts'
import { SmartHttpRemote } from '../../gitops/smart-http-remote.ts'
import type { OpenedRemote } from '../rollouts/rollout-target.ts'
import { ConfigurationError } from './configuration-error.ts'
import { freshSecret } from './fresh-secret.ts'
import { given } from './given.ts'
import type { RepositorySettings } from './repository-settings.ts'
import { readSecret } from './secret-source.ts'
import type { SettingSource } from './setting-source.ts'

/** How a repository is reached, and what it is called. */
export interface Repository {
  /** Address, without credentials. */
  readonly address: string
  readonly open: (signal?: AbortSignal) => Promise<OpenedRemote>
  /** Absent where the host has none. */
  readonly requests?: (signal?: AbortSignal) => ChangeRequests
}

/** Opens a repository by the `git` command. */
export type OpenByCommand = (remote: string, signal?: AbortSignal) => Promise<OpenedRemote>

type Of<Kind extends RepositorySettings['kind']> = Extract<
  RepositorySettings,
  { readonly kind: Kind }
>

/**
 * What settings say of a repository, with its secrets.
 *
 * @param byCommand absent where there is no `git` command
 * @param where names the setting
 * @throws {ConfigurationError}
 */
export async function openRepository(
  source: SettingSource,
  settings: RepositorySettings,
  byCommand: OpenByCommand | undefined,
  where: string,
): Promise<Repository> {
  switch (settings.kind) {
    case 'github':
      return openGitHub(source, settings, where)
    case 'gitlab':
      return openGitLab(source, settings, where)
    case 'smart-http':
      return openSmartHttp(source, settings, where)
    case 'git': {
      const { remote } = settings
      if (byCommand !== undefined) return { address: remote, open: (s) => byCommand(remote, s) }
      throw new ConfigurationError([
        `${where}: there is no \`git\` command here. Write github, gitlab or smart-http as its kind`,
      ])
    }
  }
}

async function openGitHub(
  source: SettingSource,
  { repository, apiUrl, token, app }: Of<'github'>,
  where: string,
): Promise<Repository> {
  const access =
    app === undefined
      ? token && (await freshSecret(source, token, `${where}.token`))
      : { ...app, privateKey: await readSecret(source, app.privateKey, `${where}.app.privateKey`) }
  if (access === undefined) throw new ConfigurationError([`${where}: Write token or app`])
  // Of GitHub Enterprise Server the API is below the address of the server.
  const host = new URL(apiUrl ?? 'https://api.github.com').host.replace(/^api\./, '')
  return {
    address: `https://${host}/${repository}`,
    open: async (signal) =>
      opened(new GitHubRemote({ repository, access, ...given({ apiUrl, signal }) })),
    requests: (signal) =>
      new GitHubPullRequests({ repository, access, ...given({ apiUrl, signal }) }),
  }
}

async function openGitLab(
  source: SettingSource,
  { project, instance, token: from, author }: Of<'gitlab'>,
  where: string,
): Promise<Repository> {
  const token = await freshSecret(source, from, `${where}.token`)
  return {
    address: `${instance ?? 'https://gitlab.com'}/${project}`,
    open: async (signal) =>
      opened(new GitLabRemote({ project, token, author, ...given({ instance, signal }) })),
    requests: (signal) =>
      new GitLabMergeRequests({ project, token, ...given({ instance, signal }) }),
  }
}

async function openSmartHttp(
  source: SettingSource,
  { url, username, password: from, author }: Of<'smart-http'>,
  where: string,
): Promise<Repository> {
  const password = from && (await freshSecret(source, from, `${where}.password`))
  const credentials =
    username !== undefined && password !== undefined
      ? async () => ({ username, password: await password() })
      : undefined
  return {
    address: url,
    open: async (signal) =>
      opened(new SmartHttpRemote({ url, author, ...given({ credentials, signal }) })),
  }
}

const opened = (remote: OpenedRemote['remote']): OpenedRemote => ({ remote, close: async () => {} })
