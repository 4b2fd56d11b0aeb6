import { type WaveMember, wasAbortedLast, waveOf } from '../rollouts/wave-closure.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import { type AppsRead, type ReadAppsProps, readApps, recordAt } from './read-apps.ts'

/**
 * The apps that a wave may have to wait for: those that have something to do, and those at rest whose
 * last rollout was aborted. The latter are read only if there is a later wave that would start.
 */
export async function waveMembers(
  props: ReadAppsProps,
  { apps, broken }: AppsRead,
): Promise<readonly WaveMember[]> {
  const active = apps.map(memberOf)
  const isAnybodyLater = active.some(
    ({ plan, record }) => record.rollout === undefined && waveOf(plan) > 1,
  )
  if (!isAnybodyLater) return active
  const known = new Set([...apps, ...broken].map(({ app }) => app))
  const others = [...props.onBranch.records].filter(
    ([app, text]) =>
      !known.has(app) && wasAbortedLast(recordAt(props.place, app, text).record.spec),
  )
  const read = await readApps({ ...props, only: new Set(others.map(([app]) => app)) })
  return [...active, ...read.apps.map(memberOf)]
}

const memberOf = ({ app, plan, record }: AppOnBranch): WaveMember => ({
  app,
  plan,
  record: record.spec,
})
