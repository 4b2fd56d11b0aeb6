import type { Connection } from '../control-plane/connection.ts'
import { eventually } from '../control-plane/eventually.ts'
import { RunningElector } from '../judges/running-elector.ts'
import { ContendedResource } from '../leases/contention/contended-resource.ts'
import { RunningContender } from '../leases/contention/running-contender.ts'
import type { Term } from '../leases/contention/term.ts'

export interface MixedElectionProps {
  readonly connection: Connection
  /** File with the same connection. */
  readonly kubeconfig: string
  readonly namespace: string
  readonly lease: string
  /** client-go's, which it is started with. */
  readonly ttlSeconds: number
}

/** Two processes of client-go and two of ours that stand for election on one Lease. */
export class MixedElection implements AsyncDisposable {
  readonly #props: MixedElectionProps
  readonly #resource: ContendedResource
  readonly #all: (RunningElector | RunningContender)[] = []
  readonly #electors: RunningElector[]
  #contender: RunningContender

  private constructor(props: MixedElectionProps, resource: ContendedResource) {
    this.#props = props
    this.#resource = resource
    this.#electors = [this.#newElector(), this.#newElector()]
    this.#contender = this.#newContender()
    this.#newContender()
  }

  static async start(props: MixedElectionProps): Promise<MixedElection> {
    return new MixedElection(props, await ContendedResource.start(props.lease))
  }

  /** Ends the elector of client-go that leads, once there is one, and starts another. */
  async endTheirLeader(how: 'kill' | 'stop'): Promise<void> {
    const leader = await eventually(
      'an elector of client-go leads',
      async () => this.#electors.findIndex(({ leads }) => leads),
      (index) => index >= 0,
    )
    await this.#electors[leader]![how]()
    this.#electors[leader] = this.#newElector()
  }

  /** Kills one of ours, whether it leads or not, and starts another. */
  async killOne(): Promise<void> {
    await this.#contender.kill()
    this.#contender = this.#newContender()
  }

  /** In the order in which they began. Whoever runs yet has no end. */
  get terms(): readonly Term[] {
    return this.#all.flatMap((one) => one.terms()).sort((a, b) => a.fromUs - b.fromUs)
  }

  async end(): Promise<readonly Term[]> {
    await Promise.all(this.#all.map((one) => one.stop()))
    return this.terms
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((one) => one.kill()))
    await this.#resource.close()
  }

  #newElector(): RunningElector {
    const { kubeconfig, namespace, lease } = this.#props
    const identity = `client-go-${this.#all.length}`
    return this.#remember(new RunningElector({ kubeconfig, namespace, lease, identity }))
  }

  #newContender(): RunningContender {
    const { connection, namespace, lease, ttlSeconds } = this.#props
    const contender = {
      name: `lockstep-${this.#all.length}`,
      namespace,
      lock: lease,
      store: { kind: 'kubernetes', connection },
      ttlSeconds,
      longestHoldMs: 1500,
      // client-go stands in no line: it gets what it finds free.
      longestRestMs: 4000,
      resource: this.#resource.url,
    } as const
    return this.#remember(new RunningContender(contender, {}))
  }

  #remember<One extends RunningElector | RunningContender>(one: One): One {
    this.#all.push(one)
    return one
  }
}
