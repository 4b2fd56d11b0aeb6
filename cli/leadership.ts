import type { FencingToken } from '../leases/fencing-token.ts'
import { pause, untilAborted } from './pause.ts'
import type { Term } from './term.ts'

export type LeadershipState =
  | { readonly leads: false }
  | {
      readonly leads: true
      /** Another one for each term, of whichever pod. */
      readonly holdId: string
      /** `undefined` if electors that know of no tokens may contend. */
      readonly token: FencingToken | undefined
      /** For how long that stays so, should no renewal work any more. */
      readonly forMs: number
    }

/** Version of the state in which this pod does not lead. */
export const NOT_LEADING = 'none'

/** Whether this pod leads, for all who ask or wait. */
export class Leadership {
  #term: Term | undefined
  #nextChange = new AbortController()

  /** It leads until that term is over. */
  begin(term: Term): void {
    this.#term = term
    this.#announce()
    void untilAborted(term.signal).then(() => this.#announce())
  }

  get state(): LeadershipState {
    // By the clock, not by a timer: a process that was paused must not say yes first.
    const forMs = this.#term?.leadsForMs ?? 0
    if (this.#term === undefined || forMs <= 0) return { leads: false }
    const { id, token } = this.#term
    return { leads: true, holdId: id, token, forMs }
  }

  /** Changes whenever a term begins or ends. */
  get version(): string {
    const { state } = this
    return state.leads ? state.holdId : NOT_LEADING
  }

  /** Resolves when the version is another one than that, after that time, or when the signal aborts. */
  async untilChanged(version: string, withinMs: number, signal: AbortSignal): Promise<void> {
    const untilMs = performance.now() + withinMs
    while (this.version === version && !signal.aborted) {
      const leftMs = untilMs - performance.now()
      if (leftMs <= 0) return
      await pause(leftMs, AbortSignal.any([signal, this.#nextChange.signal]))
    }
  }

  #announce(): void {
    this.#nextChange.abort()
    this.#nextChange = new AbortController()
  }
}
