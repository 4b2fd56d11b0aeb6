import { at, items, text } from '../../../manifests/fields.ts'

/** A pod as far as promises about pods go. */
export interface PodState {
  readonly name: string
  readonly node: string | undefined
  readonly phase: string | undefined
  readonly isReady: boolean
  /** Asked to stop. */
  readonly isEnding: boolean
}

export const podState = (pod: unknown): PodState => ({
  name: text(at(pod, 'metadata', 'name')) ?? '',
  node: text(at(pod, 'spec', 'nodeName')),
  phase: text(at(pod, 'status', 'phase')),
  isReady: items(at(pod, 'status', 'conditions')).some(
    (condition) => at(condition, 'type') === 'Ready' && at(condition, 'status') === 'True',
  ),
  isEnding: at(pod, 'metadata', 'deletionTimestamp') !== undefined,
})

/** Ready and not asked to stop: what a budget counts as healthy, and a Service sends requests to. */
export const isServing = ({ isReady, isEnding }: PodState): boolean => isReady && !isEnding

/** Started and not gone from the API: its process may run. */
export const mayRun = ({ phase }: PodState): boolean => phase === 'Running'

/** The extremes of what a watch has shown, event by event, so that no moment is missed. */
export class PodHistory {
  readonly #pods = new Map<string, PodState>()
  readonly #begun = Promise.withResolvers<void>()
  #isWhole = false
  #fewestServing = Number.POSITIVE_INFINITY
  #mostExisting = 0
  #mostRunning = 0
  #mostNotEnding = 0

  /** Resolves when it knows all pods that there are. */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  /** Since the watch began, or since `forget`. */
  get fewestServing(): number {
    return this.#fewestServing
  }

  /** Pods that the API knew at once, ending ones included. */
  get mostExisting(): number {
    return this.#mostExisting
  }

  /** Pods that may have run at once, ending ones included. */
  get mostRunning(): number {
    return this.#mostRunning
  }

  /** Pods that existed at once, without those that were asked to stop. */
  get mostNotEnding(): number {
    return this.#mostNotEnding
  }

  get now(): readonly PodState[] {
    return [...this.#pods.values()]
  }

  /** Takes an event of a watch that begins with what there is and then sends a bookmark. */
  record(event: unknown): void {
    const type = at(event, 'type')
    const object = at(event, 'object')
    if (type === 'BOOKMARK') this.#isWhole = true
    else if (type === 'DELETED') this.#pods.delete(podState(object).name)
    else this.#pods.set(podState(object).name, podState(object))
    if (!this.#isWhole) return
    this.#count()
    this.#begun.resolve()
  }

  /** Counts from now on only. */
  forget(): void {
    this.#fewestServing = Number.POSITIVE_INFINITY
    this.#mostExisting = 0
    this.#mostRunning = 0
    this.#mostNotEnding = 0
    this.#count()
  }

  #count(): void {
    const pods = this.now
    this.#fewestServing = Math.min(this.#fewestServing, pods.filter(isServing).length)
    this.#mostExisting = Math.max(this.#mostExisting, pods.length)
    this.#mostRunning = Math.max(this.#mostRunning, pods.filter(mayRun).length)
    this.#mostNotEnding = Math.max(
      this.#mostNotEnding,
      pods.filter(({ isEnding }) => !isEnding).length,
    )
  }
}
