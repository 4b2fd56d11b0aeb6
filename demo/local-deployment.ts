import { Pod, type PodTemplate } from './pod.ts'

/** What a Deployment asks for. */
export interface AskedPods {
  readonly template: PodTemplate
  readonly replicas: number
}

/** How many pods a Deployment has, as its status says it. */
export interface PodCounts {
  readonly replicas: number
  readonly updatedReplicas: number
  readonly readyReplicas: number
}

/**
 * Keeps as many pods as a Deployment asks for, of its template: the newest first gets ready, then an
 * older one goes, one at a time.
 */
export class LocalDeployment implements AsyncDisposable {
  readonly #name: string
  #asked: AskedPods | undefined
  #pods: readonly Pod[] = []
  #started = 0
  #work: Promise<void> = Promise.resolve()

  constructor(name: string) {
    this.#name = name
  }

  /** Those that answer requests. */
  get pods(): readonly Pod[] {
    return this.#pods
  }

  get counts(): PodCounts {
    const ready = this.#pods.length
    const updated = this.#pods.filter((pod) => this.#isUpdated(pod)).length
    return { replicas: ready, updatedReplicas: updated, readyReplicas: ready }
  }

  /** Whether it has all that it is asked for, and nothing else. */
  get isSettled(): boolean {
    const { replicas, updatedReplicas } = this.counts
    return replicas === updatedReplicas && replicas === (this.#asked?.replicas ?? 0)
  }

  /** @param asked `undefined` if the Deployment is gone */
  ask(asked: AskedPods | undefined): Promise<void> {
    this.#asked = asked
    this.#work = this.#work.then(() => this.#reconcile())
    return this.#work
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ask(undefined)
  }

  async #reconcile(): Promise<void> {
    for (let done = false; !done; ) done = await this.#takeStep()
  }

  /** @returns whether there was none to take */
  async #takeStep(): Promise<boolean> {
    const asked = this.#asked
    const updated = this.#pods.filter((pod) => this.#isUpdated(pod))
    const older = this.#pods.find((pod) => !updated.includes(pod))
    const replicas = asked?.replicas ?? 0
    if (asked !== undefined && updated.length < replicas) await this.#start(asked.template)
    const surplus = older ?? (updated.length > replicas ? updated[0] : undefined)
    if (surplus !== undefined) await this.#stop(surplus)
    return surplus === undefined && updated.length === replicas
  }

  #isUpdated({ template }: Pod): boolean {
    return JSON.stringify(template) === JSON.stringify(this.#asked?.template)
  }

  async #start(template: PodTemplate): Promise<void> {
    this.#started += 1
    const pod = await Pod.start(`${this.#name}-${this.#started}`, template)
    this.#pods = [...this.#pods, pod]
  }

  /** No request is sent to it any more when it is told. */
  async #stop(pod: Pod): Promise<void> {
    this.#pods = this.#pods.filter((one) => one !== pod)
    await pod.stop()
  }
}
