import { repositoryName } from '../../gitops/repository-name.ts'
import { commitOf } from '../webhooks/revision-names.ts'
import { JSON_HEADERS, jsonBytes, type NotificationKind } from './notification-request.ts'
import type { CommitStatusTarget } from './notification-target.ts'
import type { CommitNews, CommitState } from './notifier.ts'

const GITHUB_STATES: Readonly<Record<CommitState, string>> = {
  'under-way': 'pending',
  succeeded: 'success',
  failed: 'failure',
}

/** https://docs.github.com/rest/commits/statuses: `POST /repos/OWNER/REPO/statuses/SHA`. */
export const githubStatus: NotificationKind<CommitStatusTarget> = {
  concerns: isOfRepository,
  address: githubApi,
  async request(target, { commit, state, message, url }) {
    const { path } = placeOf(target)
    return {
      url: `${githubApi(target)}/repos/${path}/statuses/${checked(commit)}`,
      headers: {
        ...JSON_HEADERS,
        Accept: 'application/vnd.github+json',
        Authorization: `Bearer ${await target.token()}`,
        'X-GitHub-Api-Version': '2022-11-28',
      },
      body: jsonBytes({
        state: GITHUB_STATES[state],
        context: target.context,
        description: message.slice(0, 140),
        ...(url !== undefined && { target_url: url }),
      }),
    }
  },
}

const GITLAB_STATES: Readonly<Record<CommitState, string>> = {
  'under-way': 'running',
  succeeded: 'success',
  failed: 'failed',
}

/** https://docs.gitlab.com/api/commits: `POST /projects/ID/statuses/SHA`. */
export const gitlabStatus: NotificationKind<CommitStatusTarget> = {
  concerns: isOfRepository,
  address: gitlabApi,
  async request(target, { branch, commit, state, message, url }) {
    const { path } = placeOf(target)
    return {
      url: `${gitlabApi(target)}/projects/${encodeURIComponent(path)}/statuses/${checked(commit)}`,
      headers: { ...JSON_HEADERS, 'PRIVATE-TOKEN': await target.token() },
      body: jsonBytes({
        state: GITLAB_STATES[state],
        name: target.context,
        ref: branch,
        description: message.slice(0, 255),
        ...(url !== undefined && { target_url: url }),
      }),
    }
  },
  // That is how GitLab says that the status is this one already.
  isDone: (status, body) => status === 400 && body.includes('Cannot transition status'),
}

function isOfRepository({ repository }: CommitStatusTarget, news: CommitNews): boolean {
  return repositoryName(repository) === repositoryName(news.repository)
}

function githubApi(target: CommitStatusTarget): string {
  const { host } = placeOf(target)
  const ofHost = host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`
  return target.api ?? ofHost
}

function gitlabApi(target: CommitStatusTarget): string {
  return target.api ?? `https://${placeOf(target).host}/api/v4`
}

function placeOf({ repository }: CommitStatusTarget) {
  const [host, ...path] = (repositoryName(repository) ?? '').split('/')
  return { host, path: path.join('/') }
}

/** It becomes part of an address. */
function checked(commit: string): string {
  if (commitOf(commit) !== undefined) return commit
  throw new TypeError(`'${commit}' is no commit in full`)
}
