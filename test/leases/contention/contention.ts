import { setTimeout as sleep } from 'node:timers/promises'
import type { History } from '../simulation/history.ts'
import { between, oneOf, type Random, randomOf } from '../simulation/random.ts'
import { ContendedResource } from './contended-resource.ts'
import type { ContenderProps } from './contender.ts'
import { monotonicUs } from './monotonic.ts'
import { RunningContender } from './running-contender.ts'

export const TTL_SECONDS = 3

/** Some kinds of trouble hide others: a process that is cut off while the API server is away. */
const AT_A_TIME = 2
const LOOK_EVERY_MS = 50

/** Something to be done to the processes, or to what they need; it is over when this settles. */
export type Fault = (random: Random) => Promise<void>

type NamedFault = readonly [name: string, fault: Fault]

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

  /**
   * Does each thing that often to them, in any order and two of them at a time, and waits until there have
   * been that many holds.
   */
  async trouble(faultsOfEach: number, holds: number): Promise<void> {
    const faults = Object.entries({ ...this.#props.faults, ...this.#ownFaults() })
    const left = faults.flatMap((fault) => Array<NamedFault>(faultsOfEach).fill(fault))
    const underWay = new Set<NamedFault>()
    const lane = async () => {
      while (left.length > 0) {
        const possible = left.filter((fault) => !underWay.has(fault))
        if (possible.length > 0) await this.#doTo(this.#draw(possible, left), underWay)
        await sleep(between(this.#random, 0, 400))
      }
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, lane))
    while (this.holds < holds) {
      this.#assertAlive()
      await sleep(LOOK_EVERY_MS)
    }
  }

  #draw(possible: readonly NamedFault[], left: NamedFault[]): NamedFault {
    const drawn = oneOf(this.#random, possible as [NamedFault])
    left.splice(left.indexOf(drawn), 1)
    return drawn
  }

  /** None of them ends by itself. */
  #assertAlive(): void {
    const died = this.#running.find(({ errors }) => errors !== '')
    if (died !== undefined) throw new Error(`${died.name}: ${died.errors}`)
  }

  async #doTo(named: NamedFault, underWay: Set<NamedFault>): Promise<void> {
    this.#assertAlive()
    const [name, fault] = named
    this.#happened.set(name, (this.#happened.get(name) ?? 0) + 1)
    this.note('trouble', name)
    underWay.add(named)
    await fault(this.#random)
    underWay.delete(named)
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
