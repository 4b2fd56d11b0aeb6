import type { Closure } from '../rollouts/decision.ts'
import type { FreezeWindow } from '../rollouts/freeze-window.ts'

/** What freezes an app, by its windows; `undefined` if none of them is on. */
export type FreezeClosures = (windows: readonly FreezeWindow[]) => Closure | undefined

/**
 * What is frozen at an instant, in milliseconds since 1970. The calendar is loaded for those alone that
 * have windows: it is three libraries, and most environments have none.
 *
 * @param all the windows of each app
 */
export async function freezeClosures(
  all: readonly (readonly FreezeWindow[])[],
  atMs: number,
): Promise<FreezeClosures> {
  if (all.every((windows) => windows.length === 0)) return () => undefined
  const { freezeClosure, freezesAt } = await import('../rollouts/freeze-calendar.ts')
  const freezeOf = freezesAt(atMs)
  return (windows) => {
    const freeze = freezeOf(windows)
    return freeze && freezeClosure(freeze)
  }
}
