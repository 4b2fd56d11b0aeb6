import { orAborted } from '../leases/or-aborted.ts'
import type { Gate } from './gate-state.ts'
import type { AppName } from './stops-on-branch.ts'
import { Turns } from './turns.ts'

export interface EnvironmentGatesProps {
  /** Reads the gates of some apps as the branch has them now. */
  readonly read: (apps: readonly AppName[]) => Promise<(app: AppName) => Gate>
}

/** One reading of the branch, for all who have asked before it began. */
interface Reading {
  readonly apps: AppName[]
  readonly gates: Promise<(app: AppName) => Gate>
  waiting: number
  /** Aborts once nobody waits for it any more. */
  readonly left: AbortController
}

/**
 * The gates of one environment for all who ask in this process. Never two read the branch at once: all
 * who ask meanwhile get the next reading, and one that nobody waits for any more keeps no others waiting.
 */
export class EnvironmentGates {
  readonly #props: EnvironmentGatesProps
  readonly #turns = new Turns()
  #next: Reading | undefined

  constructor(props: EnvironmentGatesProps) {
    this.#props = props
  }

  /**
   * The gate of an app by a reading that begins after this was called.
   *
   * @throws what `read` does
   * @throws the reason of the signal
   */
  async gate(app: AppName, signal: AbortSignal): Promise<Gate> {
    signal.throwIfAborted()
    this.#next ??= this.#plan()
    const reading = this.#next
    reading.apps.push(app)
    reading.waiting += 1
    try {
      return (await orAborted(reading.gates, signal))(app)
    } finally {
      reading.waiting -= 1
      if (reading.waiting === 0) this.#leave(reading)
    }
  }

  #plan(): Reading {
    const apps: AppName[] = []
    const left = new AbortController()
    const gates = this.#turns.take(() => {
      left.signal.throwIfAborted()
      this.#next = undefined
      return orAborted(this.#props.read(apps), left.signal)
    })
    return { apps, gates, waiting: 0, left }
  }

  #leave(reading: Reading): void {
    if (this.#next === reading) this.#next = undefined
    reading.left.abort(LEFT)
  }
}

/** Made once: an abort without a reason makes one, with a stack, each time. */
const LEFT = new Error('left')
