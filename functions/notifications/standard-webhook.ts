import { repositoryName } from '../../gitops/repository-name.ts'
import { standardSignature } from '../webhooks/standard-webhooks.ts'
import { JSON_HEADERS, jsonBytes, type NotificationKind } from './notification-request.ts'
import type { StandardWebhookTarget } from './notification-target.ts'
import type { CommitNews } from './notifier.ts'

/** Standard Webhooks 1.0.0: an id that stays, the time of the attempt, and a signature of all. */
export const standardWebhook: NotificationKind<StandardWebhookTarget> = {
  address: ({ url }) => url,
  async request({ url, secrets }, news, nowMs) {
    const { repository, ...data } = news
    const body = jsonBytes({
      type: 'environment.committed',
      timestamp: new Date(news.atMs).toISOString(),
      data: { ...data, repository: repositoryName(repository) },
    })
    const id = messageId(news)
    const timestamp = String(Math.floor(nowMs / 1000))
    const signatures = await Promise.all(
      secrets.map((secret) => standardSignature(secret, { id, timestamp, body })),
    )
    return {
      url,
      body,
      headers: {
        ...JSON_HEADERS,
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signatures.join(' '),
      },
    }
  },
}

/** The same whoever tells of it and however often. There must be no full stop in it. */
const messageId = ({ environment, commit }: CommitNews): string =>
  `commit_${commit}_${environment.replaceAll(/[^\w-]/g, '_')}`
