import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { Decision, Wait } from '../rollouts/decision.ts'
import type { Observation } from '../rollouts/observation.ts'
import type { SeenSync } from '../rollouts/seen-sync.ts'
import { shortCommit } from '../rollouts/short-commit.ts'
import { suspendedBecause } from '../rollouts/suspended-for.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import type { SyncReader } from './sync-reader.ts'

export interface WithSyncReasonsProps {
  readonly app: AppOnBranch
  /** Absent if nothing could be seen. */
  readonly observation?: Observation
  /** The live objects that it follows from. */
  readonly applied: readonly (KubernetesObject | undefined)[]
  readonly reader: SyncReader
}

/**
 * A wait for what should come from the branch also tells why it does not come. It is the same wait: where
 * the objects are as they should be, it counts for nothing what a sync says. At rest nothing is waited for,
 * but that somebody settles what an abort in the cluster has suspended.
 *
 * @throws the reason of the reader's signal
 */
export async function withSyncReasons(
  decision: Decision,
  { app, observation, applied, reader }: WithSyncReasonsProps,
): Promise<Decision> {
  if (observation === undefined || decision.kind === 'move') return decision
  const isAtRest = app.record.spec.rollout === undefined && app.record.spec.queued === undefined
  if (!isAtRest && !awaitsCluster(decision, observation)) return decision
  const seen = await reader.of(applied)
  const reasons = isAtRest
    ? seen
        .filter(({ suspendedFor }) => suspendedFor?.includes(app.app))
        .flatMap((sync) => problemsOf(app, sync))
    : seen.flatMap((sync) => syncReasons(app, sync))
  return { ...decision, reasons: [...decision.reasons, ...reasons] }
}

function awaitsCluster({ reasons }: Wait, { stable, canary, traffic }: Observation): boolean {
  const missing = [...stable.missing, ...canary.missing, ...traffic.missing]
  return reasons.some((reason) => missing.includes(reason))
}

/** Why what the branch has of an app is not there yet, so far as its sync says, as sentences. */
function syncReasons(app: AppOnBranch, sync: SeenSync): readonly string[] {
  const problems = problemsOf(app, sync)
  const late = lateness(app, sync)
  return late === undefined ? problems : [...problems, late]
}

const problemsOf = (
  { environment }: AppOnBranch,
  { problems, suspendedFor = [] }: SeenSync,
): readonly string[] =>
  problems.map((problem) => `${problem}${suspendedBecause(suspendedFor, environment)}`)

/** That it has not applied the commit which has brought the rollout where it is. */
function lateness(app: AppOnBranch, { name, commit, progress }: SeenSync): string | undefined {
  const { commit: tip, recent } = app
  if (commit === undefined || commit === tip) return undefined
  const step = stepCommit(app)
  const [stepAt, syncAt] = [step, commit].map((id) => recent.findIndex((one) => one.id === id))
  // The newest are first.
  if (stepAt === undefined || syncAt === undefined || stepAt < 0) return undefined
  if (syncAt >= 0 && syncAt <= stepAt) return undefined
  const doing = progress === undefined ? '' : `: ${progress.trim().replace(/\.$/, '')}`
  // Of a commit that changed no rollouts nobody knows whether it was before or after.
  const other =
    syncAt < 0
      ? `while the branch is at ${shortCommit(tip)}`
      : `and not yet at ${shortCommit(step ?? '')}, which carries this step`
  return `${name} is at commit ${shortCommit(commit)}, ${other}${doing}`
}

/** The commit that has brought the rollout where it is; others may have changed the app since. */
function stepCommit({ app, record, recent }: AppOnBranch): string | undefined {
  const { rollout } = record.spec
  return recent.findLast(({ apps }) =>
    apps?.some(
      (told) =>
        told.app === app && told.rollout === rollout?.id && told.commit === rollout?.commits,
    ),
  )?.id
}
