import type { TickResult } from '../../reconciler/tick.ts'
import type { RolloutTarget } from './rollout-target.ts'

/** A tick of an environment, of which those hear who listen to its branch. */
export async function tickTarget(target: RolloutTarget, signal: AbortSignal): Promise<TickResult> {
  const result = await target.tick(signal)
  sawTick(target, result)
  return result
}

/** The tip after a tick, so far as it knows. */
export function sawTick({ watch }: Pick<RolloutTarget, 'watch'>, result: TickResult): void {
  watch().saw(result.commits.at(-1)?.commit ?? result.tip)
}
