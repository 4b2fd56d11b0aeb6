import { BranchMovedError } from '../gitops/git-remote-errors.ts'
import type { Move } from '../rollouts/decision.ts'
import { commitMoves, type Place, type PlannedMove } from './commit-moves.ts'
import { Turns } from './turns.ts'

export interface QueuedCommit {
  readonly commit: string
  readonly moves: readonly { readonly app: string; readonly move: Move }[]
}

export interface CommitQueueProps {
  readonly place: Place
  readonly signal?: AbortSignal | undefined
}

/** Commits of one tick, one after the other: two of our own would only race each other. */
export class CommitQueue {
  readonly commits: QueuedCommit[] = []
  readonly #props: CommitQueueProps
  readonly #turns = new Turns()

  constructor(props: CommitQueueProps) {
    this.#props = props
  }

  /** @param attempts how often a lost race is run again; as often as usual if it is not said */
  add(moves: readonly PlannedMove[], attempts?: number): Promise<void> {
    return this.#turns.take(() => this.#commit(moves, attempts))
  }

  async #commit(moves: readonly PlannedMove[], attempts: number | undefined): Promise<void> {
    const { place, signal } = this.#props
    const retry = { signal, ...(attempts !== undefined && { attempts }) }
    const { commit, made } = await commitMoves({ place, moves, retry }).catch((error: unknown) => {
      // Others were faster every time: the next tick decides anew.
      if (error instanceof BranchMovedError) return { commit: undefined, made: [] }
      throw error
    })
    if (commit === undefined) return
    this.commits.push({ commit, moves: made.map(({ app, move }) => ({ app: app.app, move })) })
  }
}
