import { setTimeout as sleep } from 'node:timers/promises'
import type { History } from '../simulation/history.ts'
import { between, oneOf, type Random, randomOf } from '../simulation/random.ts'
import { ContendedResource } from './contended-resource.ts'
import type { ContenderProps } from './contender.ts'
import { monotonicUs } from './monotonic.ts'
import { RunningContender } from './running-contender.ts'

export const TTL_SECONDS = 3

/** Something to be done to the processes, or to what they need; it is over when this settles. */
export type Fault = (random: Random) => Promise<void>

export interface ContentionProps {
  readonly seed: number
  readonly contenders: number
  readonly namespace: string
  readonly lock: string
  readonly storeOf: (contender: number) => ContenderProps['store']
  readonly envOf?: (contender: number) => NodeJS.ProcessEnv
  /** Besides that a process is stopped or killed, by name. */
  readonly faults?: Readonly<Record<string, Fault>>
}

/** Real processes on one lock, and what is done to them. */
export class Contention {
  readonly #props: ContentionProps
  readonly #random: Random
  readonly #resource: ContendedResource
  readonly #running: RunningContender[] = []
  readonly #gone: RunningContender[] = []
  readonly #notes: { who: string; what: string; atUs: number }[] = []
  readonly #happened = new Map<string, number>()
  #started = 0

  private constructor(props: ContentionProps, resource: ContendedResource) {
    this.#props = props
    this.#random = randomOf(props.seed)
    this.#resource = resource
    for (let index = 0; index < props.contenders; index++) this.#start(index)
  }

  static async start(props: ContentionProps): Promise<Contention> {
    return new Contention(props, await ContendedResource.start(props.lock))
  }

  get holds(): number {
    return [...this.#running, ...this.#gone].reduce((sum, { holds }) => sum + holds, 0)
  }

  /** How often each fault has happened. */
  get happened(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#happened)
  }

  /** Does one thing after the other to them, until there have been that many holds. */
  async trouble(faultsOfEach: number, holds: number): Promise<void> {
    const faults = Object.entries({ ...this.#props.faults, ...this.#ownFaults() })
    const isDone = () =>
      this.holds >= holds &&
      faults.every(([name]) => (this.#happened.get(name) ?? 0) >= faultsOfEach)
    while (!isDone()) {
      const died = this.#running.find(({ errors }) => errors !== '')
      if (died !== undefined) throw new Error(`${died.name}: ${died.errors}`)
      const [name, fault] = oneOf(this.#random, faults as [(typeof faults)[number]])
      this.#happened.set(name, (this.#happened.get(name) ?? 0) + 1)
      this.note('trouble', name)
      await fault(this.#random)
      await sleep(between(this.#random, 0, 400))
    }
  }

  note(who: string, what: string): void {
    this.#notes.push({ who, what, atUs: monotonicUs() })
  }

  async end(): Promise<History> {
    await Promise.all(this.#running.map((contender) => contender.stop()))
    const contenders = [...this.#gone, ...this.#running]
    return {
      excludes: true,
      operations: [...contenders.flatMap((one) => one.operations()), ...this.#resource.writes],
      notes: this.#notes,
    }
  }

  /** Leaves no process behind, whatever has happened. */
  async leave(): Promise<void> {
    await Promise.all(this.#running.map((contender) => contender.kill()))
    await this.#resource.close()
  }

  #start(index: number): void {
    const { namespace, lock, storeOf, envOf = () => ({}) } = this.#props
    this.#started += 1
    const contender = new RunningContender(
      {
        name: `p${this.#started}`,
        namespace,
        lock,
        store: storeOf(index),
        ttlSeconds: TTL_SECONDS,
        longestHoldMs: 800,
        longestRestMs: 400,
        resource: this.#resource.url,
      },
      envOf(index),
    )
    this.#running[index] = contender
  }

  #ownFaults(): Readonly<Record<string, Fault>> {
    const draw = () => Math.floor(this.#random() * this.#running.length)
    return {
      'a process is stopped': async (random) => {
        const contender = this.#running[draw()] as RunningContender
        contender.pause()
        await sleep(between(random, 0.1, 1.5) * TTL_SECONDS * 1000)
        contender.goOn()
      },
      'a process is killed': async () => {
        const index = draw()
        const contender = this.#running[index] as RunningContender
        await contender.kill()
        this.#gone.push(contender)
        this.#start(index)
      },
    }
  }
}
