import type { TickResult } from './tick.ts'
import { isAtRest } from './tick-pace.ts'

export interface RestingTickProps {
  /** The newest commit of the branch; `undefined` if there is no branch yet. */
  readonly tip: () => Promise<string | undefined>
  readonly tick: () => Promise<TickResult>
}

/**
 * Keeps ticks from reading what is known: where one has left nothing to do, there is nothing until the
 * branch moves, however much time passes. From then on a tick is a look at one ref.
 */
export class Rest {
  /** What was found when there was nothing to do. Absent while there may be. */
  #found: TickResult | undefined

  /**
   * What a tick finds, or has found if the branch is where it rested.
   *
   * @throws what `tip` and `tick` do
   */
  async tick({ tip, tick }: RestingTickProps): Promise<TickResult> {
    const found = this.#found
    if (found !== undefined && (await tip()) === found.tip) return found
    this.#found = undefined
    const result = await tick()
    if (isAtRest(result)) this.#found = result
    return result
  }
}
