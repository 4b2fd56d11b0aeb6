import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import type { Closure } from '../rollouts/decision.ts'
import { type WaveMember, waveClosure } from '../rollouts/wave-closure.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import type { Place } from './commit-moves.ts'
import { freezeClosures } from './freeze-closures.ts'
import { stopsOnBranch } from './stops-on-branch.ts'

export interface ClosuresProps {
  /** Apps that others may have to wait for. */
  readonly members: readonly WaveMember[]
  readonly place: Place
  readonly onBranch: Pick<EnvironmentOnBranch, 'tree'>
  readonly apps: readonly AppOnBranch[]
  readonly nowMs: number
}

/** What keeps each app from going on: a `STOP` file first, which people have put there just now. */
export async function closuresOf({
  place,
  onBranch,
  apps,
  members,
  nowMs,
}: ClosuresProps): Promise<(app: AppOnBranch) => Closure | undefined> {
  const names = apps.map(({ record }) => record.metadata)
  const stops = await stopsOnBranch({ place, onBranch, apps: names })
  const windows = apps.map(({ plan }) => plan.spec.freezeWindows)
  const frozen = await freezeClosures(windows, nowMs)
  return (app) => {
    const wait = frozen(app.plan.spec.freezeWindows) ?? barrier(app, members)
    return stops(app.record.metadata) ?? (wait && { ...wait, sparesRollbacks: true })
  }
}

/** What is in flight has its place already. */
function barrier(
  { app, plan, record }: AppOnBranch,
  members: readonly WaveMember[],
): Closure | undefined {
  if (record.spec.rollout !== undefined) return undefined
  return waveClosure({ app, plan, record: record.spec }, members)
}
