import { BranchMovedError } from '../../gitops/git-remote-errors.ts'
import { repositoryName } from '../../gitops/repository-name.ts'
import type { Clock } from '../../leases/clock.ts'
import {
  actOnRollout,
  BrokenRolloutError,
  UnknownRolloutError,
} from '../../reconciler/act-on-rollout.ts'
import type { AppOnBranch } from '../../reconciler/app-on-branch.ts'
import type { Place } from '../../reconciler/commit-moves.ts'
import { oneLine } from '../../rollouts/one-line.ts'
import type { LogSink } from '../http/log-sink.ts'
import type { ImagePushes } from '../images/image-pushes.ts'
import {
  type Alert,
  type GateAnswer,
  type GateQuestion,
  type ImagePush,
  type LookHint,
  SinkUnavailableError,
  type Told,
  type WebhookSink,
} from '../webhooks/webhook-sink.ts'
import { explainError } from './explain-error.ts'
import type { RolloutTarget } from './rollout-target.ts'

export interface RolloutSinkProps {
  readonly targets: readonly RolloutTarget[]
  /** @default - no image is followed */
  readonly images?: ImagePushes
  readonly clock: Pick<Clock, 'wallMs'>
  readonly log: LogSink
}

/** How far the clock of whoever evaluates alerts may be behind that of the cluster. */
const CLOCK_SKEW_MS = 10_000

/** An alert that says nothing about the rollout that is in flight. */
class UnrelatedAlertError extends Error {
  override readonly name = 'UnrelatedAlertError'
}

/**
 * Where webhooks lead that are about rollouts. What they say is only ever a reason to look, but for an
 * alert: that is an abort, in a commit of its own, which waits for no look at the cluster.
 */
export class RolloutSink implements WebhookSink {
  readonly #props: RolloutSinkProps

  constructor(props: RolloutSinkProps) {
    this.#props = props
  }

  async look(hint: LookHint, signal: AbortSignal): Promise<void> {
    const { repository, branch } = hint
    const targets = this.#targetsOf(hint).filter(
      (target) =>
        (repository === undefined || repositoryName(target.repository) === repository) &&
        (branch === undefined || target.branch === branch),
    )
    await this.#lookAt(targets, signal)
  }

  /** In each environment, whatever becomes of it in another. */
  async alert(alert: Alert, signal: AbortSignal): Promise<void> {
    const targets = this.#targetsOf(alert)
    const { status, namespace, app, track } = alert
    const isReason = status === 'firing' && track !== 'stable'
    const isAbort = isReason && namespace !== undefined && app !== undefined
    const aborts = isAbort
      ? targets.map((target) => this.#abort(target, alert, `${namespace}/${app}`, signal))
      : []
    const aborted = await Promise.allSettled(aborts)
    const looked = await Promise.allSettled([this.#lookAt(targets, signal)])
    throwFirst([...aborted, ...looked])
  }

  async gate(question: GateQuestion, signal: AbortSignal): Promise<GateAnswer> {
    const [target, ...others] = this.#targetsOf(question)
    if (target === undefined) {
      return {
        state: 'pending',
        reason: `${question.environment} is no environment of this function`,
      }
    }
    if (others.length > 0) {
      return { state: 'pending', reason: 'it says no environment, and there are several' }
    }
    const { namespace, app: name, metadata } = question
    const gate = await target.gate({ namespace, name }, signal).catch(unavailable)
    const { step, ...answer } = await gate({
      nowMs: this.#props.clock.wallMs(),
      role: metadata.role,
    })
    return { ...answer, ...(step !== undefined && step > 0 && { step: step - 1 }) }
  }

  async image(push: ImagePush, signal: AbortSignal): Promise<void> {
    const { images, log } = this.#props
    if (await images?.pushed(push, signal)) return
    const { repository, tag, sender } = push
    log({
      level: 'info',
      message: 'An image was pushed that nobody follows here',
      fields: { sender, image: `${repository}:${tag}` },
    })
  }

  #targetsOf({ environment }: Told): readonly RolloutTarget[] {
    const { targets } = this.#props
    return environment === undefined
      ? targets
      : targets.filter((target) => target.environment === environment)
  }

  /** Where nobody looks by itself, it is done now. */
  async #lookAt(targets: readonly RolloutTarget[], signal: AbortSignal): Promise<void> {
    const looks = targets.map(async (target) => {
      if (target.look !== undefined) target.look()
      else await target.tick(signal).catch(unavailable)
    })
    throwFirst(await Promise.allSettled(looks))
  }

  async #abort(
    target: RolloutTarget,
    alert: Alert,
    app: string,
    signal: AbortSignal,
  ): Promise<void> {
    const reason = reasonOf(alert)
    try {
      const result = await this.#onBranch(target, signal, (place) =>
        actOnRollout({
          place,
          app,
          request: { action: 'abort', reason },
          actor: { name: 'alertmanager', proof: `webhook of ${alert.sender}` },
          permit: (found) => assertRelated(found, alert),
          now: () => this.#props.clock.wallMs(),
          retry: { signal },
        }),
      )
      if (result.outcome === 'unchanged') return
      const { commit, move } = result
      target.watch().saw(commit)
      await target.committed?.({ commit, moves: [{ app, move }] })
      this.#props.log({
        level: 'warn',
        message: `${app} of ${target.environment} was aborted: ${reason}`,
        fields: { environment: target.environment, app, commit },
      })
    } catch (error) {
      const isNothingToDo =
        error instanceof UnrelatedAlertError || error instanceof UnknownRolloutError
      if (isNothingToDo) return
      // Whoever sends it again is told the same; people see it where they look at rollouts.
      if (!(error instanceof BrokenRolloutError)) throw error
      this.#props.log({
        level: 'error',
        message: `${app} of ${target.environment} could not be aborted: ${error.message}`,
        fields: { environment: target.environment, app, alert: alert.name },
      })
    }
  }

  async #onBranch<Result>(
    { open, branch, environment }: RolloutTarget,
    signal: AbortSignal,
    work: (place: Place) => Promise<Result>,
  ): Promise<Result> {
    const { remote, close } = await open(signal).catch(unavailable)
    try {
      return await work({ remote, branch, environment }).catch(unavailable)
    } finally {
      await close()
    }
  }
}

/**
 * An alert that began before the rollout did was not caused by it; else the release of a fix could not
 * be made while what it fixes is on fire, and whoever has recorded a webhook could abort with it later.
 */
function assertRelated({ record }: AppOnBranch, { startsAtMs }: Alert): void {
  const { rollout } = record.spec
  const isRelated =
    rollout !== undefined &&
    rollout.isRollback !== true &&
    startsAtMs + CLOCK_SKEW_MS >= Date.parse(rollout.startedAt)
  if (!isRelated) throw new UnrelatedAlertError('The alert is not about the rollout in flight')
}

/** @throws why the first of them failed, if one has: what is told again is done again, where it was not */
function throwFirst(results: readonly PromiseSettledResult<void>[]): void {
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

function reasonOf({ name, summary = '' }: Alert): string {
  const said = oneLine(summary).replace(/\.$/, '')
  return said === '' ? `alert ${name} fires` : `alert ${name} fires: ${said}`
}

/** What may be over later is said so; all else is a mistake of ours, or what the caller expects. */
function unavailable(error: unknown): never {
  const isRace = error instanceof BranchMovedError
  const problem = explainError(error)
  if (problem !== undefined && (isRace || problem.type.status >= 429)) {
    throw new SinkUnavailableError(problem.message, { cause: error })
  }
  throw error
}
