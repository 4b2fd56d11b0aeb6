import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import type { Closure } from '../rollouts/decision.ts'
import { freezeAt, freezeClosure } from '../rollouts/freeze-calendar.ts'
import { stopClosure, stopPaths } from '../rollouts/stop-file.ts'
import { type WaveMember, waveClosure } from '../rollouts/wave-closure.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import type { Place } from './commit-moves.ts'

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
  place: { remote, environment },
  onBranch: { tree },
  apps,
  members,
  nowMs,
}: ClosuresProps): Promise<(app: AppOnBranch) => Closure | undefined> {
  const pathsOf = ({ record: { metadata } }: AppOnBranch): readonly string[] =>
    stopPaths({ environment, namespace: metadata.namespace, app: metadata.name })
  const ids = new Map<string, string>()
  for (const path of new Set(apps.flatMap(pathsOf))) {
    const file = tree.get(path.slice(environment.length + 1))
    if (file !== undefined) ids.set(path, file.id)
  }
  const texts = ids.size === 0 ? new Map() : await remote.contents([...ids.values()])
  return (app) => {
    const files = pathsOf(app).flatMap((path) => {
      const id = ids.get(path)
      return id === undefined ? [] : [{ path, text: texts.get(id) ?? '' }]
    })
    const freeze = freezeAt(app.plan.spec.freezeWindows, nowMs)
    return stopClosure(files) ?? (freeze && freezeClosure(freeze)) ?? barrier(app, members)
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
