import type { ClusterChoice } from './cluster-choice.ts'
import type { Connection } from './connection.ts'
import type { ControlPlane } from './control-plane.ts'
import { connectToDisposableCluster } from './disposable-cluster.ts'
import { hostControlPlane } from './hosted-control-plane.ts'
import { keepLeasesWatched } from './keep-leases-watched.ts'
import { sweepAbandonedRuns } from './run-folder.ts'

/** What a suite that wants a cluster is told. */
export type Availability =
  | { readonly available: true }
  /** `required`: its absence fails the run instead of skipping the suite. */
  | { readonly available: false; readonly reason: string; readonly required: boolean }

/**
 * Settings of Go's garbage collector, which took a third of what the API server computes: it may use five
 * times as much memory as there is in use, up to a limit.
 */
const SELDOM_COLLECTING = { GOGC: '400', GOMEMLIMIT: '1GiB' }

/** A cluster of a test run: chosen at once, started when the first suite asks for it. */
export class SharedCluster {
  readonly #choice: ClusterChoice
  readonly #say: (line: string) => void
  #broken: Error | undefined
  #connection: Promise<Connection> | undefined
  #controlPlane: ControlPlane | undefined

  /** @param say what a person who watches the run is told */
  constructor(choice: ClusterChoice, say: (line: string) => void) {
    this.#choice = choice
    this.#say = say
  }

  get availability(): Availability {
    const choice = this.#choice
    if (choice.kind !== 'none') return { available: true }
    const required = process.env.LOCKSTEP_REQUIRE_CONTROL_PLANE === '1'
    return { available: false, reason: choice.reason, required }
  }

  /** Everyone who asks waits for the same start, or hears what has ended since. */
  connect(): Promise<Connection> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken)
    this.#connection ??= this.#start()
    return this.#connection
  }

  /** @returns the folder of the logs, if there are any and they were to be kept */
  async stop(logs: 'keep logs' | 'drop logs'): Promise<string | undefined> {
    // A start that failed has told whoever asked for it.
    await this.#connection?.catch(() => undefined)
    await this.#controlPlane?.stop(logs)
    return logs === 'keep logs' ? this.#controlPlane?.folder : undefined
  }

  async #start(): Promise<Connection> {
    const choice = this.#choice
    if (choice.kind === 'none') throw new Error(`No cluster: ${choice.reason}`)
    if (choice.kind === 'kubeconfig') return connectToDisposableCluster(choice.file)
    await sweepAbandonedRuns()
    const begun = performance.now()
    const controlPlane = await hostControlPlane(choice.binaries, SELDOM_COLLECTING)
    this.#controlPlane = controlPlane
    await keepLeasesWatched(controlPlane.connection)
    const programs = Object.keys(choice.binaries).join(', ')
    this.#say(`Set up in ${((performance.now() - begun) / 1000).toFixed(1)} s: ${programs}`)
    void controlPlane.broken.then((error) => {
      this.#broken = error
      this.#say(error.message)
    })
    return controlPlane.connection
  }
}
