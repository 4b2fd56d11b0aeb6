import type { Candidacy } from './candidacy.ts'
import type { Duty } from './duty.ts'
import type { Leadership } from './leadership.ts'
import { pause, untilAborted } from './pause.ts'

export interface CooperativeDutyProps {
  readonly candidacy: Candidacy
  readonly leadership: Leadership
  /** Between the end of leadership and that of the hold, for the app to notice and to stop. */
  readonly windDownMs: number
}

/** Says who leads to whoever asks, and does nothing else. */
export class CooperativeDuty implements Duty {
  readonly isStarted = true
  readonly isReady = true
  readonly #props: CooperativeDutyProps

  constructor(props: CooperativeDutyProps) {
    this.#props = props
  }

  async run(stop: AbortSignal): Promise<void> {
    const { candidacy, leadership, windDownMs } = this.#props
    while (!stop.aborted) {
      await using term = await candidacy.term(stop)
      if (term === undefined) return
      leadership.begin(term)
      await untilAborted(term.signal)
      // A pod's elector is stopped after its app has ended; else nobody knows when that has.
      await pause(windDownMs, stop)
    }
  }
}
