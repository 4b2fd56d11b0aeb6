import { type EnvironmentOnBranch, readEnvironment } from '../gitops/environment-on-branch.ts'
import { missingApproval } from '../rollouts/approvals.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import { closuresOf } from './closures.ts'
import type { Place } from './commit-moves.ts'
import { gateOfOthers } from './gate-of-others.ts'
import { type GateState, pending } from './gate-state.ts'
import { readApps } from './read-apps.ts'

export interface GateOnBranchProps {
  readonly place: Place
  readonly namespace: string
  readonly name: string
  /** Role in which somebody has to approve, if the asker says so. */
  readonly role?: string
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

/**
 * Whether a release may go on, so far as the branch says. Asks no cluster and changes nothing.
 *
 * @throws {RemoteRefusedError} {RemoteUnreachableError} {MalformedInventoryError}
 */
export async function gateOnBranch(props: GateOnBranchProps): Promise<GateState> {
  const { place, namespace, name } = props
  const app = `${namespace}/${name}`
  const commit = await place.remote.tip(place.branch)
  const onBranch = await readEnvironment(place.remote, commit, place.environment)
  if (commit === undefined || !onBranch.inventory.apps.has(app)) {
    return pending(`the branch has no app ${app} in ${place.environment}`)
  }
  const only = new Set([app])
  const { apps, broken } = await readApps({ place, commit, onBranch, only })
  if (broken[0] !== undefined) return pending(broken[0].problem)
  const [known] = apps
  return known === undefined
    ? gateOfOthers({ ...props, commit, onBranch })
    : ofRollout(props, onBranch, known)
}

async function ofRollout(
  { place, nowMs }: GateOnBranchProps,
  onBranch: EnvironmentOnBranch,
  app: AppOnBranch,
): Promise<GateState> {
  const { rollout } = app.record.spec
  const about = rollout === undefined ? {} : { revision: rollout.candidate, ...stepOf(rollout) }
  if (rollout?.stage.phase === 'aborting') {
    const reason = rollout.abort?.reason ?? 'no reason given'
    return {
      state: 'refused',
      reason: `rollout ${rollout.id} is being aborted: ${reason}`,
      ...about,
    }
  }
  if (app.tampered !== undefined) return { ...pending(app.tampered), ...about }
  const closure = (await closuresOf({ place, onBranch, apps: [app], members: [], nowMs }))(app)
  if (closure !== undefined) return { ...pending(closure.reason), ...about }
  if (rollout?.paused !== undefined) {
    const { by, reason } = rollout.paused
    return { ...pending(`${by} has paused it: ${reason}`), ...about }
  }
  const missing = rollout?.awaiting && missingApproval(app.plan, rollout, rollout.awaiting)
  if (missing !== undefined) return { ...pending(missing), ...about }
  return { state: 'approved', reason: 'nothing on the branch stands against it', ...about }
}

const stepOf = ({
  stage,
}: {
  readonly stage: { readonly phase: string; readonly step?: number }
}) => (stage.step === undefined ? {} : { step: stage.step })
