import type { FreezeWindow } from '../rollouts/freeze-window.ts'
import { freezeClosures } from './freeze-closures.ts'
import { type GateState, pending } from './gate-state.ts'

/** What a gate says while one of the windows is on; `undefined` if none is. */
export async function freezeState(
  windows: readonly FreezeWindow[],
  nowMs: number,
): Promise<GateState | undefined> {
  const closure = (await freezeClosures([windows], nowMs))(windows)
  return closure && pending(closure.reason)
}
