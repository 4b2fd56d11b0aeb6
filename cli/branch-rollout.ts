import { commitAnswer } from '../functions/rollouts/commit-answer.ts'
import { type LookedAnswer, lookedAnswer } from '../functions/rollouts/look-answer.ts'
import { recordPath } from '../manifests/layout.ts'
import type { Surroundings } from '../reconciler/look-at-app.ts'
import { lookAtRollout } from '../reconciler/look-at-rollout.ts'
import type { FoundRollout } from './find-rollout.ts'
import { pause } from './pause.ts'
import type { RolloutLog, RolloutSource } from './rollout-source.ts'

export interface BranchRolloutProps {
  readonly found: FoundRollout
  /** What was read of the branch so far. */
  readonly commit: string
  /** What can be seen beside the branch. */
  readonly surroundings: Omit<Surroundings, 'now'>
  readonly signal: AbortSignal
}

const LOOK_MS = 10_000

/** The rollouts of one app on the deploy branch, with what this person can see of the cluster. */
export class BranchRollout implements RolloutSource {
  readonly #props: BranchRolloutProps
  #commit: string

  constructor(props: BranchRolloutProps) {
    this.#props = props
    this.#commit = props.commit
  }

  /** @throws {UnknownRolloutError} {BrokenRolloutError} {MalformedInventoryError} */
  async look(): Promise<LookedAnswer> {
    const { found, surroundings, signal } = this.#props
    const look = await lookAtRollout({
      ...surroundings,
      ...found,
      now: Date.now,
      deadlineMs: LOOK_MS,
      signal,
    })
    this.#commit = look.commit
    return lookedAnswer(look)
  }

  async log(limit: number): Promise<RolloutLog> {
    const { app, place } = this.#props.found
    const { remote, environment } = place
    const [namespace = '', name = ''] = app.split('/')
    const path = `${environment}/${recordPath(namespace, name)}`
    const log = await remote.log({ commit: this.#commit, path, limit })
    const commits = log.map((logged) => commitAnswer(logged, (each) => each === app))
    return { app, environment, commits }
  }

  pause(ms: number): Promise<void> {
    return pause(ms, this.#props.signal)
  }
}
