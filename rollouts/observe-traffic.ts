import { timestamp } from './moved.ts'
import { objectName } from './object-name.ts'
import type { SeenTrack, SeenTraffic } from './observation.ts'
import { observeRoute, type SeenRoute } from './observe-route.ts'
import type { TrackSighting } from './observe-track.ts'
import type { RolloutPlan, RouteRouter } from './plan.ts'
import type { Rollout } from './record.ts'
import { missingOfSpec, type Sighting } from './sighting.ts'
import { stageState } from './stage-state.ts'
import { writtenAtMs } from './written-at.ts'

export interface ObserveTrafficProps {
  readonly plan: RolloutPlan
  /** Absent at rest. */
  readonly rollout?: Rollout | undefined
  readonly atMs: number
  readonly services: readonly Sighting[]
  readonly routes: readonly Sighting[]
  readonly tracks: {
    readonly stable: TrackSighting & SeenTrack
    readonly canary: TrackSighting & SeenTrack
  }
  /**
   * Requests that still reach the canary, where a metric store tells. Looked at while traffic goes
   * back to stable.
   *
   * @default - nobody tells
   */
  readonly canaryRequestsPerSecond?: LeftRequests | undefined
}

/** How many a second; `uncounted` while they were not counted for long enough to say that there are none. */
export type LeftRequests = number | 'uncounted'

/** Whether requests go as the branch says, and since when. */
export function observeTraffic(props: ObserveTrafficProps): SeenTraffic {
  const { plan, services, atMs } = props
  const { router } = plan.spec
  const parts = [
    ...services.map(observeService),
    ...(router.type === 'route' ? observeRoutes(props) : observeRatio(props)),
  ]
  const missing = [...parts.flatMap((part) => part.missing), ...leftOnCanary(props)]
  if (missing.length > 0) return { missing }
  const sinceMs = Math.max(...parts.flatMap((part) => part.sinceMs ?? []))
  if (router.type === 'replica-ratio') return { missing, liveSinceMs: sinceMs }
  return settled(router, props.routes, sinceMs, atMs)
}

function observeService(service: Sighting): SeenRoute {
  const missing = missingOfSpec(service)
  const sinceMs = service.live && writtenAtMs(service.live, 'spec')
  return missing.length > 0 || sinceMs === undefined ? { missing } : { missing, sinceMs }
}

function observeRoutes({ plan, routes }: ObserveTrafficProps): readonly SeenRoute[] {
  if (routes.length > 0) return routes.map(observeRoute)
  const { namespace, name } = plan.metadata
  return [{ missing: [`the branch has no route of ${namespace}/${name}`] }]
}

/** What was said of a route is not yet so everywhere: proxies get it a little later. */
function settled(
  { settleSeconds }: RouteRouter,
  routes: readonly Sighting[],
  liveSinceMs: number,
  atMs: number,
): SeenTraffic {
  const endsAtMs = liveSinceMs + settleSeconds * 1000
  if (atMs >= endsAtMs) return { missing: [], liveSinceMs }
  const until = timestamp(endsAtMs)
  return { missing: routes.map(({ branch }) => `${objectName(branch)} settles until ${until}`) }
}

/** Without a router requests follow the numbers of ready pods. */
function observeRatio(props: ObserveTrafficProps): readonly SeenRoute[] {
  const { stable, canary } = props.tracks
  const tracks = hasCanaryShare(props) ? [stable, canary] : [stable]
  return tracks.map(({ deployment, missing }): SeenRoute => {
    const live = deployment?.live
    if (live === undefined || missing.length > 0) {
      const name = deployment === undefined ? 'a track' : objectName(deployment.branch)
      return { missing: [`requests follow the ready pods of ${name}, which are not as asked`] }
    }
    const sinceMs = writtenAtMs(live, 'spec', 'status')
    if (sinceMs !== undefined) return { missing, sinceMs }
    return {
      missing: [`${objectName(live)} does not tell when it was changed: managedFields are gone`],
    }
  })
}

function hasCanaryShare({ plan, rollout }: Pick<ObserveTrafficProps, 'plan' | 'rollout'>): boolean {
  if (rollout === undefined) return false
  const { share } = stageState(plan.spec, rollout.stage)
  return share.weight > 0 || share.matches.length > 0
}

/** Requests that the canary still has although the branch gives it none any more. */
function leftOnCanary(props: ObserveTrafficProps): readonly string[] {
  const { rollout, canaryRequestsPerSecond = 0, tracks } = props
  const goesBack = rollout?.stage.phase === 'shifting-back' || rollout?.stage.phase === 'aborting'
  const { deployment } = tracks.canary
  if (!goesBack || deployment === undefined || hasCanaryShare(props)) return []
  const name = objectName(deployment.branch)
  if (canaryRequestsPerSecond === 'uncounted') {
    return [`requests that still reach ${name} were not counted for long enough yet`]
  }
  if (canaryRequestsPerSecond <= 0) return []
  const rate = Number(canaryRequestsPerSecond.toPrecision(3))
  return [`${name} still gets ${rate} requests a second`]
}
