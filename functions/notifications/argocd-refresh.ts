import { repositoryName } from '../../gitops/repository-name.ts'
import { githubStyleSignature } from './github-style-signature.ts'
import { JSON_HEADERS, jsonBytes, type NotificationKind } from './notification-request.ts'
import type { ArgoCdTarget } from './notification-target.ts'

const NO_COMMIT = '0'.repeat(40)

/**
 * A push as GitHub tells it, whatever host the repository is on: Argo CD compares the address of its
 * page with those of its Applications, and knows it by SSH too. No files are named, so Applications with
 * `manifest-generate-paths` are refreshed as well.
 */
export const argoCdRefresh: NotificationKind<ArgoCdTarget> = {
  concerns: (_, { repository }) => repositoryName(repository) !== undefined,
  address: ({ url }) => url,
  async request({ url, secret }, { repository, branch, commit, previous = NO_COMMIT }) {
    const body = jsonBytes({
      ref: `refs/heads/${branch}`,
      before: previous,
      after: commit,
      // Applications that follow HEAD are refreshed too: a look too many does no harm.
      repository: { html_url: `https://${repositoryName(repository)}`, default_branch: branch },
      commits: [],
    })
    const signature = secret === undefined ? undefined : await githubStyleSignature(secret, body)
    return {
      url,
      body,
      headers: {
        ...JSON_HEADERS,
        'X-GitHub-Event': 'push',
        ...(signature !== undefined && { 'X-Hub-Signature-256': signature }),
      },
    }
  },
}
