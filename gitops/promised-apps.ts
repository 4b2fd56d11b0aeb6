import type { MergedApp } from './app-merge.ts'
import type { PublishPlan } from './publish-plan.ts'

/**
 * Apps as they will be when every revision is stable that this publish lets wait; `undefined` if it
 * lets none.
 */
export function promisedApps(
  merged: ReadonlyMap<string, MergedApp>,
  { apps }: PublishPlan,
): ReadonlyMap<string, MergedApp> | undefined {
  const isPromised = ([app, { promised }]: readonly [string, MergedApp]): boolean =>
    promised !== undefined && apps.includes(app)
  if (![...merged].some(isPromised)) return undefined
  return new Map(
    [...merged].map(([app, result]) => [
      app,
      isPromised([app, result]) ? { ...result, files: result.promised ?? [], kept: [] } : result,
    ]),
  )
}

/**
 * A plan with what comes of it in the end: what must be decided about that is decided now, and what
 * waits for its first rollout is shown.
 */
export function withPromises(
  next: PublishPlan,
  promised: PublishPlan,
  merged: ReadonlyMap<string, MergedApp>,
): PublishPlan {
  const messages = new Set(next.stops.map(({ message }) => message))
  const isWaiting = (app: string): boolean => {
    const result = merged.get(app)
    // In flight, objects on the branch are those of a step, and not of a revision.
    return result?.promised !== undefined && result.rollout?.trailers.stage === 'at-rest'
  }
  return {
    ...next,
    transitions: [...next.transitions, ...promised.transitions.filter(({ app }) => isWaiting(app))],
    stops: [...next.stops, ...promised.stops.filter(({ message }) => !messages.has(message))],
    warnings: promised.warnings,
  }
}
