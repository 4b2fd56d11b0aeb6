import type { LookedAnswer } from '../functions/rollouts/look-answer.ts'
import type { RolloutApi } from './rollout-api.ts'
import { RolloutEvents } from './rollout-events.ts'
import type { RolloutLog, RolloutSource } from './rollout-source.ts'

export interface ServedRolloutProps {
  readonly api: RolloutApi
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Absent where the functions serve one alone. */
  readonly environment?: string
  readonly signal: AbortSignal
}

/** The rollouts of one app as the functions have them, with what those see of the cluster. */
export class ServedRollout implements RolloutSource, Disposable {
  readonly #props: ServedRolloutProps
  #events: RolloutEvents | undefined

  constructor(props: ServedRolloutProps) {
    this.#props = props
  }

  /** @throws {RefusedByServerError} {ServerUnreachableError} {OtherVersionError} */
  look(): Promise<LookedAnswer> {
    const { api, app, environment } = this.#props
    return api.look(app, environment)
  }

  /** @throws {RefusedByServerError} {ServerUnreachableError} {OtherVersionError} */
  async log(limit: number): Promise<RolloutLog> {
    const { api, app, environment } = this.#props
    const { environment: found, history: commits } = await api.log(app, environment, limit)
    return { app, environment: found, commits }
  }

  async pause(ms: number): Promise<void> {
    const { api, app, environment, signal } = this.#props
    this.#events ??= new RolloutEvents((ending) => api.events(app, environment, ending))
    await this.#events.pause(ms, signal)
  }

  [Symbol.dispose](): void {
    this.#events?.[Symbol.dispose]()
  }
}
