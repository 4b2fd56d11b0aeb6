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
  /** How often a leader looks whether its pod is asked to end, if nobody tells it to. */
  readonly lookEveryMs: number
  readonly log: ElectorLog
}

/**
 * Labels the pod while it leads, so that a Service sends requests to it. The label goes before
 * leadership does: two pods have it only if one can neither reach the API server nor is taken for
 * not ready. A pod that is asked to end gives leadership up at once, while it still drains.
 */
export class RequestsDuty implements Duty {
  readonly isStarted = true
  readonly #props: RequestsDutyProps
  readonly #podEnds = new AbortController()
  /** Until it was taken back: an elector before this one may have left it. */
  #mayBeLabelled = true
  #looking: Promise<void> | undefined

  constructor(props: RequestsDutyProps) {
    this.#props = props
  }

  get isReady(): boolean {
    return !this.#mayBeLabelled || this.#props.leadership.state.leads
  }

  async run(stop: AbortSignal): Promise<void> {
    const { candidacy, leadership, log } = this.#props
    const over = AbortSignal.any([stop, this.#podEnds.signal])
    await this.#takeLabelBack(() => !stop.aborted)
    while (!over.aborted) {
      await using term = await candidacy.term(over)
      if (term === undefined) break
      leadership.begin(term)
      await this.#serve(term)
      term.end()
      // Later nobody counts on the label any more: the pod ends with this process.
      await this.#takeLabelBack(() => !stop.aborted || term.workMayLastMs > 0)
    }
    if (!stop.aborted) log('Its pod is asked to end, so it stands for election no more')
    await untilAborted(stop)
  }

  look(): void {
    const look = () => this.#look(this.#podEnds.signal)
    // A look that is under way may have seen the pod before.
    void (this.#looking === undefined ? look() : this.#looking.then(look))
  }

  async #serve({ signal }: Term): Promise<void> {
    this.#mayBeLabelled = true
    // One that ends has it for a moment, and is no endpoint that is ready.
    this.#note(await this.#insist(() => this.#props.pod.label(true), signal))
    while (!signal.aborted) {
      await pause(this.#props.lookEveryMs, signal)
      await this.#look(signal)
    }
  }

  async #takeLabelBack(isWorthwhile: () => boolean): Promise<void> {
    const isEnding = await insist(() => this.#props.pod.label(false), {
      isWorthwhile,
      onFailure: this.#failed,
    })
    if (isEnding !== undefined) this.#mayBeLabelled = false
    this.#note(isEnding)
  }

  /** One look at a time, however many ask for one. */
  #look(signal: AbortSignal): Promise<void> {
    this.#looking ??= this.#insist(() => this.#props.pod.isEnding(), signal)
      .then((isEnding) => this.#note(isEnding))
      .finally(() => {
        this.#looking = undefined
      })
    return this.#looking
  }

  #note(isEnding: boolean | undefined): void {
    if (isEnding === true) this.#podEnds.abort(new Error('Its pod is asked to end'))
  }

  #insist(call: () => Promise<boolean>, signal: AbortSignal): Promise<boolean | undefined> {
    return insist(call, { signal, onFailure: this.#failed })
  }

  readonly #failed = (error: Error): void => this.#props.log('Its pod cannot be reached', error)
}
