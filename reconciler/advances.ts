import type { Move } from '../rollouts/decision.ts'
import type { PlannedMove } from './commit-moves.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { Look } from './look-at-app.ts'

export interface AdvancesProps {
  readonly queue: CommitQueue
  /** Whether all that is ready shares one commit, or each has its own. */
  readonly together: boolean
  /** Rollouts that may be started. */
  readonly room: number
}

/** A look that something follows from. */
export type MovingLook = Look & { readonly decision: Move }

/** What goes forward in one tick: it waits here until somebody commits what is ready. */
export class Advances {
  readonly #props: AdvancesProps
  readonly #ready: MovingLook[] = []
  #room: number

  constructor(props: AdvancesProps) {
    this.#props = props
    this.#room = props.room
  }

  add(look: MovingLook): void {
    this.#ready.push(look)
  }

  /**
   * Commits what is ready, but for starts that there is no room for: those wait for another tick.
   *
   * @param attempts how often a lost race is run again; as often as usual if it is not said
   */
  async commit(attempts?: number): Promise<void> {
    const { queue, together } = this.#props
    const ready = this.#ready.splice(0).sort((a, b) => (a.app.app < b.app.app ? -1 : 1))
    const moves = ready.filter((look) => this.#hasTurn(look)).map(plannedOf)
    const groups = together ? [moves] : moves.map((move) => [move])
    for (const group of groups) if (group.length > 0) await queue.add(group, attempts)
  }

  #hasTurn({ decision: { action, record } }: MovingLook): boolean {
    return action !== 'start' || record.rollout?.isRollback === true || this.#room-- > 0
  }
}

export const plannedOf = ({ app, decision }: MovingLook): PlannedMove => ({ app, move: decision })
