import type { Look } from './look-at-app.ts'
import type { TickResult } from './tick.ts'

export interface Pace {
  /** Shortest time between two ticks, in milliseconds. */
  readonly leastMs: number
  /** Time between two looks at the branch while nothing is in flight, in milliseconds. */
  readonly idleMs: number
}

/** For plans that measure nothing, and for revisions that wait for their start. */
const UNMEASURED_MS = 5_000

/**
 * How long after the begin of a tick the next one should begin, in milliseconds. `undefined` at rest, so
 * that there is something to do only when the branch changes.
 *
 * @param quietTicks ticks in a row, this one included, after which nothing was in flight
 */
export function nextTickMs(
  result: TickResult,
  { leastMs, idleMs }: Pace,
  quietTicks: number,
): number | undefined {
  if (isAtRest(result)) return undefined
  const { looks, commits } = result
  // What follows from a commit is seen once it was synced, which nobody may tell.
  if (commits.length > 0) return leastMs
  const patience = Math.min(idleMs, UNMEASURED_MS * 2 ** Math.max(quietTicks - 1, 0))
  const wanted = looks.map((look) => (isInFlight(look) ? intervalMs(look) : patience))
  const ends = looks.flatMap((look) => endsInMs(look))
  return Math.min(Math.max(leastMs, Math.min(...wanted, ...ends)), idleMs)
}

/**
 * Whether nothing is in flight and nothing waits, and no commit of ours is yet to be followed. What is
 * broken may be in flight, and it may be mended without a commit: by a repository that gives again what
 * it has refused.
 */
export const isAtRest = ({ looks, broken, commits }: TickResult): boolean =>
  looks.length === 0 && broken.length === 0 && commits.length === 0

export const isInFlight = ({ app }: Look): boolean => app.record.spec.rollout !== undefined

/** As often as the plan wants its metrics looked at. */
function intervalMs({ app }: Look): number {
  const intervals = app.plan.spec.analysis.map(({ intervalSeconds }) => intervalSeconds * 1000)
  return intervals.length === 0 ? UNMEASURED_MS : Math.min(...intervals)
}

/** Until something ends by itself that is waited for: a hold, a freeze window. */
const endsInMs = ({ decision, atMs }: Look): readonly number[] =>
  decision.kind === 'wait' && decision.untilMs !== undefined
    ? [Math.max(decision.untilMs - atMs, 0)]
    : []
