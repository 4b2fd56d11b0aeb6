import { stableRevision } from '../rollouts/stable-revision.ts'
import { type AppMerge, type AppToMerge, type MergedApp, plainMerge } from './app-merge.ts'
import { heldBackByEdit } from './held-back.ts'
import { mergeAtRest } from './merge-at-rest.ts'
import { mergeInFlight } from './merge-in-flight.ts'
import { isUnreadable, ReleasedApp, type UnreadableError } from './released-app.ts'

/**
 * The merge of apps with a rollout plan; all others are merged plainly, and so is the first release of
 * an app, which has nothing to be compared with.
 *
 * A revision of the pods that is not stable yet waits in the record until a tick, which sees what runs,
 * starts its rollout. Everything else about an app is published at once, also while a rollout is in
 * flight.
 */
export const rolloutMerge: AppMerge = (app) => {
  const { onBranch } = app
  if (onBranch === undefined) return plainMerge(app)
  const released = new ReleasedApp(app, onBranch)
  if (released.syncedPaths.length === 0) return plainMerge(app)
  if (onBranch.edited.includes(released.recordPath)) return heldBackByEdit(released)
  try {
    return merge(app, released)
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return unreadable(released, error)
  }
}

function merge(app: AppToMerge, released: ReleasedApp): MergedApp {
  const record = released.record()
  const { rollout } = record
  const plan = released.planIn(app.rendered)
  const revision = plan && stableRevision(plan, app.rendered)
  const definition = plan && revision ? { plan, revision, files: app.rendered } : undefined
  return rollout === undefined
    ? mergeAtRest({ app, released, record, definition })
    : mergeInFlight({ app, released, record, rollout, definition })
}

/** What cannot be relied on moves nothing: the app stays as it is, and a person sees why. */
const unreadable = ({ onBranch }: ReleasedApp, error: UnreadableError): MergedApp => ({
  files: [],
  kept: onBranch.paths,
  heldBack: {
    // A list of problems, in one sentence.
    reason: error.message.replace(/:\n\s*- /, ': ').replaceAll(/\n\s*- /g, '; '),
    remedy:
      'remedy' in error ? error.remedy : 'Restore the file from an earlier commit of the branch',
  },
})
