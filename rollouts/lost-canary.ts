import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { hasTraffic } from './enter-step.ts'
import { objectName } from './object-name.ts'
import type { TrackSighting } from './observe-track.ts'
import type { RolloutPlan } from './plan.ts'
import type { Rollout } from './record.ts'

export interface LostCanaryProps {
  readonly plan: RolloutPlan
  readonly rollout: Rollout
  readonly tracks: { readonly stable: TrackSighting; readonly canary: TrackSighting }
}

/**
 * That a canary is gone, or was made anew, since it got requests: they came to nobody. So it is when a
 * branch was moved back to a step of a rollout that is over, or when somebody has deleted the
 * Deployment. `undefined` if nothing tells so.
 *
 * A cluster that was built anew has a stable Deployment as young as the canary's: there is nothing
 * better to send requests to, and the rollout goes on where it was. Without a router requests follow
 * the pods that are ready, and never come to nobody.
 */
export function lostCanary({ plan, rollout, tracks }: LostCanaryProps): string | undefined {
  const { stage, since, changed } = rollout
  if (plan.spec.router.type !== 'route' || stage.phase !== 'progressing') return undefined
  // A rollback begins with the last step, and has nothing of those before.
  if (changed.traffic === 0) return undefined
  if (!hasTraffic(plan.spec, stage.part === 'live' ? stage.step : stage.step - 1)) return undefined
  const { branch, live } = tracks.canary.deployment ?? {}
  const stable = tracks.stable.deployment?.live
  const sinceMs = Date.parse(since)
  if (branch === undefined || stable === undefined || !(madeAtMs(stable) <= sinceMs)) {
    return undefined
  }
  if (live === undefined) {
    return `${objectName(branch)} is gone although it has requests: ${CAUSES}`
  }
  if (!(madeAtMs(live) > sinceMs + SKEW_MS)) return undefined
  return `${objectName(branch)} was made anew after it got requests: ${CAUSES}`
}

const CAUSES = 'somebody has deleted it, or moved the branch back'

/** How far the clocks of two API servers may be apart. */
const SKEW_MS = 5_000

/** By the clock of the API server, cut off to seconds; not a number if the object does not say. */
const madeAtMs = ({ metadata }: KubernetesObject): number =>
  Date.parse(String(metadata.creationTimestamp ?? ''))
