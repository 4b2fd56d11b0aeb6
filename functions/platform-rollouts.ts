import { systemClock } from '../leases/clock.ts'
import type { RemoteRollouts } from './configuration/remote-rollouts.ts'
import type { LogSink } from './http/log-sink.ts'
import { ImagesAtOnce } from './images/images-at-once.ts'
import { Notifications } from './notifications/notifications.ts'
import { tellOthers } from './rollouts/commit-news.ts'
import { rolloutFunction } from './rollouts/rollout-function.ts'
import type { StreamLimits } from './rollouts/rollout-function-props.ts'
import { RolloutSink } from './rollouts/rollout-sink.ts'
import type { RolloutTarget } from './rollouts/rollout-target.ts'
import { separateTarget } from './rollouts/served-target.ts'
import { byPath } from './serving/by-path.ts'
import { tickLog } from './serving/tick-log.ts'
import { webhookFunction } from './webhooks/webhook-function.ts'

/** Rollouts on a platform that starts what it needs when it needs it. */
export interface PlatformRollouts {
  readonly fetch: (request: Request) => Response | Promise<Response>
  /**
   * One tick of each environment, as the platform's timer asks for it, and a look at the images whose
   * time has come; each to its end, whatever becomes of the others.
   *
   * @throws {TimerTickError} if an environment failed
   * @throws {DOMException} if images took too long
   */
  readonly tickAll: () => Promise<void>
}

/** An environment could not be looked at when the timer asked for it. */
export class TimerTickError extends Error {
  override readonly name = 'TimerTickError'
  readonly code = 'TIMER_TICK'

  constructor(environments: readonly string[], options: ErrorOptions) {
    super(
      `Not looked at: ${environments.join(', ')}. The log says why; the next tick tries again`,
      options,
    )
  }
}

/** How long others are told of a commit before the function goes on: what it has begun ends with it. */
const TOLD_WITHIN_MS = 5_000

/** How long a tick of the timer may take; the timer comes again after a minute. */
const TICK_WITHIN_MS = 55_000

export function platformRollouts(
  { targets: configured, followers, access, senders, told }: RemoteRollouts,
  log: LogSink,
  streams: Partial<StreamLimits>,
): PlatformRollouts {
  const notifier = new Notifications({ targets: told, log, limitMs: TOLD_WITHIN_MS })
  const targets = configured.map((each) =>
    separateTarget({ ...each, onCommit: tellOthers(notifier, each) }),
  )
  const rollouts = rolloutFunction({ ...access, targets, log, streams })
  const images = new ImagesAtOnce({ followers, clock: systemClock, log })
  const sink = new RolloutSink({ targets, images, clock: systemClock, log })
  const { takes, fetch } = byPath({
    rollouts,
    webhooks: webhookFunction({ senders, sink, log }),
  })
  return {
    fetch: (request) => (takes(new URL(request.url).pathname) ? fetch : rollouts.fetch)(request),
    tickAll: async () => {
      const looked = images.lookAtAll(AbortSignal.timeout(TICK_WITHIN_MS))
      // What is under way when this comes back stops where it is: a platform lets nothing run on.
      const results = await Promise.allSettled([tickAll(targets, log), looked])
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    },
  }
}

async function tickAll(targets: readonly RolloutTarget[], log: LogSink): Promise<void> {
  const results = await Promise.allSettled(
    targets.map(async ({ environment, tick }) => {
      const { onTick, onFailure } = tickLog(environment, log)
      try {
        onTick(await tick(AbortSignal.timeout(TICK_WITHIN_MS)))
      } catch (error) {
        onFailure(error, undefined)
        throw error
      }
    }),
  )
  const failed = targets.flatMap(({ environment }, index) =>
    results[index]?.status === 'rejected' ? environment : [],
  )
  const cause = results.find((result) => result.status === 'rejected')?.reason
  if (failed.length > 0) throw new TimerTickError(failed, { cause })
}
