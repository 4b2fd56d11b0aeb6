import type { HeldBackRevision, RecordSpec } from '../rollouts/record.ts'
import type { MergedApp } from './app-merge.ts'
import { recordTrailers } from './app-trailers.ts'
import { withoutQueue } from './queued-revision.ts'
import { recordChange } from './record-change.ts'
import type { ReleasedApp } from './released-app.ts'

/** A revision that was aborted does not start again by itself. */
export function heldBackRevision(
  released: ReleasedApp,
  record: RecordSpec,
  { revision, rollout, reason }: HeldBackRevision,
): MergedApp {
  const { app } = released
  return {
    ...staying(released, record, withoutQueue(record)),
    heldBack: {
      reason: `revision ${revision} was aborted${rollout === undefined ? '' : ` in rollout ${rollout}`}: ${reason}`,
      remedy: `Publish another revision, or try this one again: \`lockstep rollout retry ${app} ${revision}\``,
    },
  }
}

/** A rollout writes all files of its app, so none of them may be somebody else's edit. */
export const heldBackByEdit = ({ onBranch }: ReleasedApp): MergedApp => ({
  files: [],
  kept: onBranch.paths,
  heldBack: {
    reason: `${onBranch.edited.join(', ')} was edited by hand on the branch, and a rollout writes all files of its app`,
    remedy: 'Revert the edit on the branch, or undo it with --overwrite-drift',
  },
})

/** The app as it is on the branch, but for its record. */
export function staying(released: ReleasedApp, before: RecordSpec, after: RecordSpec): MergedApp {
  const { paths } = released.onBranch
  if (after === before) return { files: [], kept: paths }
  const { files, kept } = recordChange(released, before, after)
  const needed = released.keptRenditions(after)
  const dropped = released.keptRenditions(before).filter((path) => !needed.includes(path))
  const gone = new Set([released.recordPath, ...dropped])
  return {
    files,
    kept: [...kept, ...paths.filter((path) => !gone.has(path))],
    rollout: {
      message: `revision ${before.queued?.revision} is no longer queued`,
      trailers: { ...recordTrailers(before, after), action: 'drop' },
    },
  }
}
