import { systemClock } from '../leases/clock.ts'
import { RolloutLoop } from '../reconciler/rollout-loop.ts'
import { type ConfiguredFollower, openImageFollowers } from './configuration/image-followers.ts'
import { Mistakes } from './configuration/mistakes.ts'
import { readNotificationTargets } from './configuration/notification-settings.ts'
import { readRolloutSenders } from './configuration/rollout-senders.ts'
import { type RolloutSettings, readRolloutSettings } from './configuration/rollout-settings.ts'
import {
  type ConfiguredTarget,
  openRolloutTargets,
  type RolloutPlatform,
} from './configuration/rollout-targets.ts'
import type { SettingSource } from './configuration/setting-source.ts'
import { rolloutAuthorizer } from './identity/rollout-authorizer.ts'
import { ImageLoops } from './images/image-loops.ts'
import { Notifications } from './notifications/notifications.ts'
import type { Notifier } from './notifications/notifier.ts'
import { tellOthers } from './rollouts/commit-news.ts'
import { rolloutFunction } from './rollouts/rollout-function.ts'
import { RolloutSink } from './rollouts/rollout-sink.ts'
import { type ServedTarget, servedTarget } from './rollouts/served-target.ts'
import type { Beside, ReadBeside, SharedByFunctions } from './serving/beside-locks.ts'
import { byPath } from './serving/by-path.ts'
import { tickLog } from './serving/tick-log.ts'
import { webhookFunction } from './webhooks/webhook-function.ts'
import type { WebhookSender } from './webhooks/webhook-sender.ts'

/**
 * Rollouts beside locks, for a server that lives: their routes and webhooks, and a loop for each
 * environment and each file of images. Serves nothing if no rollouts are configured.
 */
export const rolloutServer =
  (platform: RolloutPlatform): ReadBeside =>
  async (source) => {
    const mistakes = new Mistakes()
    const settings = await mistakes.collect(() => readRolloutSettings(source))
    const opened = settings && (await mistakes.collect(() => openAll(source, settings, platform)))
    const senders = await mistakes.collect(() => readRolloutSenders(source, settings?.images))
    const told = await mistakes.collect(() => readNotificationTargets(source))
    const isAlone = mistakes.isEmpty && settings === undefined
    if (isAlone && senders?.length) mistakes.add(WITHOUT_ROLLOUTS('LOCKSTEP_WEBHOOKS'))
    if (isAlone && told?.length) mistakes.add(WITHOUT_ROLLOUTS('LOCKSTEP_NOTIFICATIONS'))
    if (!mistakes.isEmpty) throw mistakes.toError()
    if (opened === undefined) return undefined
    return (shared) => {
      const notifier = new Notifications({ targets: told ?? [], log: shared.log })
      return new RolloutServer({ ...opened, senders: senders ?? [], notifier, shared })
    }
  }

/** @throws {ConfigurationError} with all that is wrong */
async function openAll(
  source: SettingSource,
  settings: RolloutSettings,
  platform: RolloutPlatform,
) {
  const mistakes = new Mistakes()
  const configured = await mistakes.collect(() => openRolloutTargets(source, settings, platform))
  const followers = await mistakes.collect(() => openImageFollowers(source, settings, platform.git))
  if (configured === undefined || followers === undefined) throw mistakes.toError()
  return { configured, followers }
}

const WITHOUT_ROLLOUTS = (variable: string): string =>
  `${variable}: is about rollouts, and none are served. Set LOCKSTEP_ROLLOUTS or LOCKSTEP_ROLLOUTS_FILE as well, or leave it out`

interface RolloutServerProps {
  readonly configured: readonly ConfiguredTarget[]
  readonly followers: readonly ConfiguredFollower[]
  readonly senders: readonly WebhookSender[]
  readonly notifier: Notifier
  readonly shared: SharedByFunctions
}

class RolloutServer implements Beside {
  readonly takes: Beside['takes']
  readonly fetch: Beside['fetch']
  readonly #props: RolloutServerProps
  readonly #stopping = new AbortController()
  readonly #loops = new Map<string, RolloutLoop>()
  readonly #targets: readonly ServedTarget[]
  readonly #images: ImageLoops
  #stopped: Promise<void> | undefined

  constructor(props: RolloutServerProps) {
    const { configured, followers, senders, notifier, shared } = props
    this.#props = props
    const targets = configured.map((each) => {
      const { environment } = each
      const onCommit = tellOthers(notifier, each)
      return servedTarget({ ...each, onCommit }, () => this.#loops.get(environment)?.look())
    })
    this.#targets = targets
    const authorizer = rolloutAuthorizer(shared.authorizer, configured)
    const stopping = this.#stopping.signal
    const rollouts = rolloutFunction({ ...shared, targets, authorizer, stopping })
    const images = new ImageLoops({ followers, clock: systemClock, log: shared.log })
    this.#images = images
    const sink = new RolloutSink({ targets, images, clock: systemClock, log: shared.log })
    const webhooks = webhookFunction({ ...shared, senders, sink })
    const { takes, fetch } = byPath({ rollouts, webhooks })
    this.takes = takes
    this.fetch = fetch
  }

  start(): void {
    const { configured, shared } = this.#props
    for (const [index, target] of this.#targets.entries()) {
      const { environment, ticks } = target
      const log = tickLog(environment, shared.log)
      const pace = configured[index]?.pace
      const loop = new RolloutLoop({ ticks, clock: systemClock, ...pace, ...log })
      this.#loops.set(environment, loop)
    }
    this.#images.start()
  }

  stop(cut: AbortSignal): Promise<void> {
    this.#stopped ??= this.#end(cut)
    return this.#stopped
  }

  async #end(cut: AbortSignal): Promise<void> {
    this.#stopping.abort(STOPPING)
    const loops = [...this.#loops.values()].map((loop) => loop.stop(cut))
    await Promise.all([...loops, this.#images.stop()])
    for (const { ticks, close } of this.#targets) {
      ticks.cut(STOPPING)
      await close()
    }
  }
}

const STOPPING = new Error('The server is being stopped')
