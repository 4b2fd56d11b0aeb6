import { type Clock, systemClock } from '../../leases/clock.ts'
import type { LogSink } from '../http/log-sink.ts'
import { argoCdRefresh } from './argocd-refresh.ts'
import { githubStatus, gitlabStatus } from './commit-status.ts'
import { fluxReceiver } from './flux-receiver.ts'
import type { NotificationKind } from './notification-request.ts'
import type { NotificationTarget } from './notification-target.ts'
import type { CommitNews, NotificationResult, Notifier } from './notifier.ts'
import { sendNotification } from './send-notification.ts'
import { standardWebhook } from './standard-webhook.ts'

export interface NotificationsProps {
  readonly targets: readonly NotificationTarget[]
  /** Takes log entries, and gives them the time. */
  readonly log: LogSink
  /** How long all of it may take, in milliseconds. @default 15_000 */
  readonly limitMs?: number
  /** How long one attempt may take, in milliseconds. @default 5_000 */
  readonly attemptMs?: number
  /** @default that of the platform */
  readonly fetch?: typeof fetch
  /** @default the clocks of this machine */
  readonly clock?: Pick<Clock, 'wallMs' | 'sleep'>
}

/** Tells targets that somebody has configured, and no others, all at once. */
export class Notifications implements Notifier {
  readonly #props: Required<NotificationsProps>

  constructor(props: NotificationsProps) {
    this.#props = {
      limitMs: 15_000,
      attemptMs: 5_000,
      clock: systemClock,
      // Those of platforms want to be called as functions of nothing.
      fetch: (input, init) => fetch(input, init),
      ...props,
    }
  }

  async committed(news: CommitNews): Promise<readonly NotificationResult[]> {
    const told = this.#props.targets
      .map((target) => ({ target, kind: kindOf(target) }))
      .filter(({ target, kind }) => isConcerned(target, kind, news))
    return Promise.all(told.map(({ target, kind }) => this.#tell(target, kind, news)))
  }

  async #tell(
    target: NotificationTarget,
    kind: NotificationKind<NotificationTarget>,
    news: CommitNews,
  ): Promise<NotificationResult> {
    const { log, ...sending } = this.#props
    const sent = await sendNotification({
      ...sending,
      request: (nowMs) => kind.request(target, news, nowMs),
      isDone: kind.isDone ?? (() => false),
    })
    const name = `${target.kind} ${URL.parse(kind.address(target))?.host ?? 'of no host'}`
    const { environment, commit } = news
    log({
      level: sent.outcome === 'delivered' ? 'info' : 'warn',
      message: `${name} ${sent.outcome === 'delivered' ? 'was told' : 'was not told'} of a commit`,
      fields: { environment, commit, target: name, ...sent },
    })
    return { target: name, ...sent }
  }
}

function isConcerned(
  target: NotificationTarget,
  { concerns = () => true }: NotificationKind<NotificationTarget>,
  news: CommitNews,
): boolean {
  const { environments } = target
  return (environments?.includes(news.environment) ?? true) && concerns(target, news)
}

/** Each takes targets of its own kind, which TypeScript cannot follow. */
const kindOf = ({ kind }: NotificationTarget): NotificationKind<NotificationTarget> =>
  KINDS[kind] as NotificationKind<NotificationTarget>

const KINDS = {
  'standard-webhooks': standardWebhook,
  'flux-receiver': fluxReceiver,
  argocd: argoCdRefresh,
  'github-status': githubStatus,
  'gitlab-status': gitlabStatus,
} as const satisfies Readonly<Record<NotificationTarget['kind'], unknown>>
