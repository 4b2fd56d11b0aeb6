import type { Candidacy } from './candidacy.ts'
import type { Duty } from './duty.ts'
import type { ElectorLog } from './elector-log.ts'
import { endWork } from './end-work.ts'
import { insist } from './insist.ts'
import type { Leadership } from './leadership.ts'
import type { OwnPod } from './own-pod.ts'
import { pause, untilAborted } from './pause.ts'
import type { PodProcesses } from './pod-processes.ts'
import { graceMs } from './stop-bounds.ts'
import type { Term } from './term.ts'

export interface SupervisedDutyProps {
  readonly candidacy: Candidacy
  readonly leadership: Leadership
  readonly processes: Pick<PodProcesses, 'running' | 'send'>
  /**
   * To be evicted when its work was ended, since the kubelet would start that again. `undefined` if
   * the end of the work is the end of the pod.
   */
  readonly pod: Pick<OwnPod, 'evict'> | undefined
  readonly log: ElectorLog
}

/** What runs without leadership is found within that time: rarely where nothing was ever started. */
const LOOK_WHILE_STANDING_MS = 100
const LOOK_WHILE_SPENT_MS = 20

/**
 * Lets the other containers of the pod start when it leads, and ends whatever of them runs while it
 * does not lead: before anybody else can, what it has let start.
 */
export class SupervisedDuty implements Duty {
  readonly isReady = true
  readonly #props: SupervisedDutyProps
  readonly #graceMs: number

  constructor(props: SupervisedDutyProps) {
    this.#props = props
    this.#graceMs = graceMs(props.candidacy.bounds)
  }

  get isStarted(): boolean {
    return this.#props.leadership.state.leads
  }

  async run(stop: AbortSignal): Promise<void> {
    const { pod } = this.#props
    // Of an elector before this one, whose hold may last yet.
    let isSpent = await this.#endWork(() => this.#graceMs)
    while (!stop.aborted && !(isSpent && pod !== undefined)) {
      isSpent = await this.#serveOnce(stop)
    }
    if (pod !== undefined && isSpent) await this.#beReplaced(pod, stop)
  }

  /** @returns whether work was ended, or may have been started and has to be ended */
  async #serveOnce(stop: AbortSignal): Promise<boolean> {
    await using term = await this.#termWithoutWork(stop)
    if (term === undefined || this.#isWorking) return this.#endWork(() => 0)
    this.#props.leadership.begin(term)
    await untilAborted(term.signal)
    await this.#endWork(() => term.workMayLastMs)
    return true
  }

  /** @returns `undefined` if there is work all the same, or if it has to stop */
  async #termWithoutWork(stop: AbortSignal): Promise<Term | undefined> {
    const found = new AbortController()
    const isOver = new AbortController()
    const watching = this.#watchForWork(found, AbortSignal.any([stop, isOver.signal]))
    try {
      return await this.#props.candidacy.term(AbortSignal.any([stop, found.signal]))
    } finally {
      isOver.abort()
      await watching
    }
  }

  async #watchForWork(found: AbortController, isOver: AbortSignal): Promise<void> {
    while (!isOver.aborted) {
      if (this.#isWorking) return found.abort()
      await pause(LOOK_WHILE_STANDING_MS, isOver)
    }
  }

  /** Whatever the kubelet starts again is ended again, until the pod is gone. */
  async #beReplaced(pod: Pick<OwnPod, 'evict'>, stop: AbortSignal): Promise<void> {
    const { log } = this.#props
    const isEvicted = insist(() => pod.evict(), {
      signal: stop,
      onFailure: (error) => log('Its pod cannot be evicted', error),
    })
    log('Its work was ended, so its pod is evicted')
    while (!stop.aborted) {
      await this.#endWork(() => 0)
      await pause(LOOK_WHILE_SPENT_MS, stop)
    }
    await isEvicted
  }

  get #isWorking(): boolean {
    return this.#props.processes.running.length > 0
  }

  async #endWork(mayLastMs: () => number): Promise<boolean> {
    const { processes, log } = this.#props
    const wasWorking = await endWork({
      processes,
      graceMs: this.#graceMs,
      mayLastMs,
      onUnreached: (error) => log('Work goes on without leadership', error),
    })
    if (wasWorking) log('Work that ran without leadership was ended')
    return wasWorking
  }
}
