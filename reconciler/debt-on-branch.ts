import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { LIVE_ABORT_ANNOTATION, liveAbortOf } from '../rollouts/live-abort.ts'
import { objectName } from '../rollouts/object-name.ts'
import type { Rollout } from '../rollouts/record.ts'
import { saysEnvironment } from './assert-environment.ts'
import { backByHand } from './back-by-hand.ts'
import type { Place } from './commit-moves.ts'
import { knownRollouts } from './known-rollouts.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import type { LiveDebt } from './live-debt.ts'
import { recordAt } from './record-at.ts'
import { suspensionOf, syncName } from './suspended-sync.ts'

export interface DebtOnBranchProps {
  readonly place: Place
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly debt: LiveDebt
  /** Whether a person vouches that the cluster is the one of the environment. */
  readonly isClusterChecked: boolean
}

/**
 * Holds each note that is not about the rollout in flight, and what is suspended without a note, against the
 * branch: that rollout must have ended there, or nothing may go to the canary any more.
 *
 * @throws {LiveAbortRefusedError}
 * @throws {BrokenRolloutError} {RemoteRefusedError} {RemoteUnreachableError}
 */
export async function assertOver(props: DebtOnBranchProps): Promise<void> {
  const { place, app, debt, isClusterChecked } = props
  const { environment } = place
  const commit = (await place.remote.tip(place.branch)) ?? ''
  const rollout = (await recordAt(place, commit, app))?.rollout
  const { appliers } = debt
  const isOfEnvironment = isClusterChecked || saysEnvironment({ environment, appliers })
  if (isOfEnvironment && sendsNothingToCanary(rollout, debt)) return
  if (debt.notes.length === 0) throw unnoted(props, rollout)
  const others = debt.noted.filter((object) => isOfAnother(object, rollout))
  if (others.length === 0) return
  const known = await knownRollouts({ place, commit, app })
  const stranger = others.find((object) => !known.has(liveAbortOf(object)?.rollout ?? ''))
  if (stranger !== undefined) throw unknownRollout(props, stranger)
}

const isOfAnother = (object: KubernetesObject, rollout: Rollout | undefined): boolean => {
  const abort = liveAbortOf(object)
  return abort !== undefined && abort.rollout !== rollout?.id
}

/** Pods that are weights get requests as long as there are any. */
function sendsNothingToCanary(
  rollout: Rollout | undefined,
  { isByPods }: Pick<LiveDebt, 'isByPods'>,
): boolean {
  if (rollout === undefined) return true
  const { stage } = rollout
  return !isByPods && stage.phase === 'aborting' && stage.part === 'traffic'
}

function unnoted(
  { place, app, debt }: DebtOnBranchProps,
  rollout: Rollout | undefined,
): LiveAbortRefusedError {
  const suspended = debt.syncs.filter((sync) => suspensionOf(sync).isSuspended(sync))
  const { branch, environment } = place
  const names = suspended.map(syncName).join(' and ')
  const are = suspended.length === 1 ? 'is' : 'are'
  const why =
    rollout === undefined
      ? `nothing says that what it applies is of ${environment}`
      : `${branch} may send requests to the canary of ${rollout.id}`
  const what =
    rollout === undefined
      ? `Once you know that this cluster is the one of ${environment}, run this again with --cluster-checked`
      : `To note it anew, run lockstep rollout abort ${app} --live, then this again. Once you know that ${branch} sends nothing to the canary: ${suspended.map(backByHand).join(' && ')}`
  return new LiveAbortRefusedError(
    `${names} ${are} suspended for ${app}, which was aborted in the cluster, of which no note is left, and ${why}`,
    `Nothing was given back. ${what}`,
  )
}

function unknownRollout(
  { place, app, debt }: DebtOnBranchProps,
  noted: KubernetesObject,
): LiveAbortRefusedError {
  const { kind, namespace, name } = identityOf(noted)
  const rollout = liveAbortOf(noted)?.rollout
  const byHand = debt.syncs.map((sync) => `; ${backByHand(sync)}`).join('')
  return new LiveAbortRefusedError(
    `${place.environment} knows no rollout ${rollout} of ${app}, of which ${objectName(noted)} notes that it was aborted in this cluster`,
    `Nothing was given back: check --env and --context. If that note is wrong, take it away: kubectl -n ${namespace} annotate ${kind.toLowerCase()} ${name} ${LIVE_ABORT_ANNOTATION}-${byHand}`,
  )
}
