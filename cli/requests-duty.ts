import type { Candidacy } from './candidacy.ts'
import type { Duty } from './duty.ts'
import type { ElectorLog } from './elector-log.ts'
import { insist } from './insist.ts'
import type { Leadership } from './leadership.ts'
import type { OwnPod } from './own-pod.ts'
import { pause, untilAborted } from './pause.ts'
import type { Term } from './term.ts'

export interface RequestsDutyProps {
  readonly candidacy: Candidacy
  readonly leadership: Leadership
  readonly pod: Pick<OwnPod, 'isEnding' | 'label'>
  readonly log: ElectorLog
}

/** How late a leader notices that its pod is asked to end, which is while the app still drains. */
const LOOK_EVERY_MS = 400

/**
 * Labels the pod while it leads, so that a Service sends requests to it. The label goes before
 * leadership does: two pods have it only if one can neither reach the API server nor is taken for
 * not ready.
 */
export class RequestsDuty implements Duty {
  readonly isStarted = true
  readonly #props: RequestsDutyProps
  /** Until it was taken back: an elector before this one may have left it. */
  #mayBeLabelled = true

  constructor(props: RequestsDutyProps) {
    this.#props = props
  }

  get isReady(): boolean {
    return !this.#mayBeLabelled || this.#props.leadership.state.leads
  }

  async run(stop: AbortSignal): Promise<void> {
    let isEnding = await this.#takeLabelBack(() => !stop.aborted)
    while (!isEnding && !stop.aborted) {
      await using term = await this.#props.candidacy.term(stop)
      if (term === undefined) return
      this.#props.leadership.begin(term)
      await this.#serve(term)
      term.end()
      // Later nobody counts on the label any more: the pod ends with this process.
      isEnding = await this.#takeLabelBack(() => !stop.aborted || term.workMayLastMs > 0)
    }
    if (isEnding) this.#props.log('Its pod is asked to end, so it stands for election no more')
    await untilAborted(stop)
  }

  /** Resolves when the term is over, or when the pod is asked to end. */
  async #serve({ signal }: Term): Promise<void> {
    const { pod } = this.#props
    this.#mayBeLabelled = true
    // One that ends has it for a moment, and is no endpoint that is ready.
    let isEnding = await this.#insist(() => pod.label(true), signal)
    while (isEnding === false && !signal.aborted) {
      await pause(LOOK_EVERY_MS, signal)
      isEnding = await this.#insist(() => pod.isEnding(), signal)
    }
  }

  /** @returns whether the pod is asked to end */
  async #takeLabelBack(isWorthwhile: () => boolean): Promise<boolean> {
    const isEnding = await insist(() => this.#props.pod.label(false), {
      isWorthwhile,
      onFailure: this.#failed,
    })
    if (isEnding !== undefined) this.#mayBeLabelled = false
    return isEnding ?? false
  }

  #insist(call: () => Promise<boolean>, signal: AbortSignal): Promise<boolean | undefined> {
    return insist(call, { signal, onFailure: this.#failed })
  }

  readonly #failed = (error: Error): void => this.#props.log('Its pod cannot be reached', error)
}
