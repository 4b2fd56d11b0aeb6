import { Temporal } from 'temporal-polyfill'
import type { Closure } from './decision.ts'
import type { FreezeWindow } from './freeze-window.ts'
import { type WindowOccurrences, windowOccurrences } from './window-occurrences.ts'

/** What keeps a step from being entered at some instant. */
export interface Freeze {
  /** A window that is on; the first that was given, if several are. */
  readonly window: FreezeWindow
  /** Before it there is no instant without a window. In milliseconds since 1970. */
  readonly untilMs: number
  /**
   * Whether that is the next opening, at which no window is on. Otherwise none is in sight: windows
   * follow one another without a gap until then, and one is on then too.
   */
  readonly opensThen: boolean
}

/** So many windows in a row, or so much time, is taken for a freeze without end. */
const MOST_IN_A_ROW = 400
const FURTHEST_MS = 5 * 366 * 86_400_000

/**
 * What is frozen at an instant, in milliseconds since 1970; `undefined` if nothing is. A window is on
 * from its start, until just before its end.
 *
 * @param windows sound ones: `freezeWindowProblems` finds nothing wrong with them
 */
export function freezeAt(windows: readonly FreezeWindow[], atMs: number): Freeze | undefined {
  const all = windows.map((window) => ({ window, occurrences: windowOccurrences(window) }))
  const on = all.find(({ occurrences }) => occurrences.endAt(atMs) !== undefined)
  if (on === undefined) return undefined
  const { window } = on
  const occurrences = all.map((each) => each.occurrences)
  let untilMs = atMs
  for (let inARow = 0; inARow < MOST_IN_A_ROW && untilMs - atMs < FURTHEST_MS; inARow++) {
    const end = latestEnd(occurrences, untilMs)
    if (end === undefined) return { window, untilMs, opensThen: true }
    untilMs = end
  }
  return { window, untilMs, opensThen: false }
}

/** The same for many apps: those of an environment have the same windows, mostly. */
export function freezesAt(atMs: number): (windows: readonly FreezeWindow[]) => Freeze | undefined {
  const known = new Map<string, Freeze | undefined>()
  return (windows) => {
    const key = JSON.stringify(windows)
    if (!known.has(key)) known.set(key, freezeAt(windows, atMs))
    return known.get(key)
  }
}

/** When the last of the windows ends that are on at an instant. */
function latestEnd(windows: readonly WindowOccurrences[], instant: number): number | undefined {
  const ends = windows.flatMap((window) => window.endAt(instant) ?? [])
  return ends.length === 0 ? undefined : Math.max(...ends)
}

/** A freeze as the reducer knows it, and as whoever is refused is told. */
export function freezeClosure({ window, untilMs, opensThen }: Freeze): Closure {
  const { reason, timeZone } = window
  const then = Temporal.Instant.fromEpochMilliseconds(untilMs)
    .toZonedDateTimeISO(timeZone)
    .toString({ smallestUnit: 'second' })
  const frozen = `frozen for '${reason}' until ${then}`
  if (opensThen) return { reason: frozen, opensAtMs: untilMs }
  return {
    reason: `${frozen} and beyond: freeze windows follow one another without a gap, and no opening is in sight`,
  }
}
