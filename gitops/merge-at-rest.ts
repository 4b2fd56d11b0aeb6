import type { RenderedFile } from '../manifests/rendering.ts'
import { formerRevisions } from '../rollouts/former-revisions.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import type { RecordSpec } from '../rollouts/record.ts'
import { recordFile, recordOf } from '../rollouts/record-file.ts'
import { renditionFile } from '../rollouts/rendition-file.ts'
import { stableRevision } from '../rollouts/stable-revision.ts'
import type { AppToMerge, MergedApp } from './app-merge.ts'
import { recordTrailers } from './app-trailers.ts'
import { heldBackByEdit, heldBackRevision } from './held-back.ts'
import { otherTracks } from './other-tracks.ts'
import { withoutQueue, withQueue } from './queued-revision.ts'
import { recordChange } from './record-change.ts'
import type { ReleasedApp } from './released-app.ts'

/** What an app definition says, of an app with a rollout plan. */
export interface Definition {
  readonly plan: RolloutPlan
  readonly revision: string
  readonly files: readonly RenderedFile[]
}

export interface MergeAtRestProps {
  readonly app: AppToMerge
  readonly released: ReleasedApp
  readonly record: RecordSpec
  /** Absent if the app definitions have no plan of the app, or not the app. */
  readonly definition: Definition | undefined
}

/** What publish does about an app that has no rollout in flight. */
export function mergeAtRest(props: MergeAtRestProps): MergedApp {
  const { app, released, record, definition } = props
  // Without a plan there is nobody who could go on with a record.
  if (definition === undefined) return { files: app.rendered }
  if (released.onBranch.isAsRendered) return sameRevision(props, definition)
  const files = released.filesAtRest()
  const planBefore = released.planIn(files)
  if (planBefore === undefined) return firstPlan(props)
  const stable = stableRevision(planBefore, files)
  if (stable === definition.revision) return sameRevision(props, definition)
  if (app.direct !== undefined) return direct(props, definition, stable, files, app.direct)
  if (released.onBranch.edited.length > 0) return heldBackByEdit(released)
  const held = record.heldBack.find(({ revision }) => revision === definition.revision)
  if (held !== undefined) return heldBackRevision(released, record, held)
  const stops = otherTracks(app.app, planBefore, definition.plan)
  if (stops.length > 0) return { files: [], kept: released.onBranch.paths, stops }
  return queue(props, definition)
}

/** Same pods: all the rest is published at once. What else was queued is no longer what is wanted. */
function sameRevision(props: MergeAtRestProps, { revision }: Definition): MergedApp {
  const { app, released, record } = props
  const next = withoutQueue(record)
  const isDropped = next !== record
  const { files, kept } = recordChange(released, record, next)
  return {
    files: [...app.rendered, ...files],
    kept: [...kept, ...released.keptRenditions(next)],
    ...(isDropped && {
      rollout: {
        message: `revision ${record.queued?.revision} is no longer queued`,
        trailers: { ...recordTrailers(record, next), action: 'drop', revision },
      },
    }),
    ...(!isDropped &&
      record.queued !== undefined && {
        rollout: {
          message: `revision ${record.queued.revision} is queued, as ${record.queued.request?.by} asked for`,
          trailers: recordTrailers(record, next),
        },
      }),
  }
}

/** Base stays as it is on the branch; what is to come lies beside the record. */
function queue({ app, released, record }: MergeAtRestProps, definition: Definition): MergedApp {
  const { revision, files } = definition
  const next = withQueue(record, revision)
  const change = recordChange(released, record, next)
  return {
    files: [...change.files, renditionFile(app.app, { revision, files })],
    kept: [
      ...released.syncedPaths,
      released.planPath,
      ...change.kept,
      ...released.keptRenditions(next, [revision]),
    ],
    promised: files,
    rollout: {
      message: `revision ${revision} is queued; its rollout starts with the next tick`,
      trailers: { ...recordTrailers(record, next), action: 'queue', revision },
    },
  }
}

/** What ran before had no tracks, so there is nothing that a canary could be compared with. */
const firstPlan = ({ app }: MergeAtRestProps): MergedApp => ({
  files: app.rendered,
  warnings: [
    `${app.app} gets its rollout plan with this publish, which releases it at once: the next release is the first with a canary`,
  ],
})

/** Stable at once, as a person wants it. What was stable before can be brought back. */
function direct(
  { app, released, record }: MergeAtRestProps,
  { revision, files }: Definition,
  stable: string | undefined,
  before: readonly RenderedFile[],
  reason: string,
): MergedApp {
  const { queued, ...rest } = record
  const next: RecordSpec = {
    ...rest,
    heldBack: record.heldBack.filter((held) => held.revision !== revision),
    former: formerRevisions(record.former, { stable: revision, before: stable }),
  }
  const base = stable === undefined ? undefined : { revision: stable, files: before }
  const renditions = base === undefined ? [] : [renditionFile(app.app, base)]
  return {
    files: [...files, recordFile(recordOf(app.app, next)), ...renditions],
    kept: released.keptRenditions(next, stable === undefined ? [] : [stable]),
    rollout: {
      message: `revision ${revision} is released without a canary: ${reason}`,
      trailers: {
        ...recordTrailers(record, next),
        action: 'direct',
        revision,
        ...(stable !== undefined && { base: stable }),
        evidence: [reason],
      },
    },
  }
}
