import type { RolloutPlan } from '../rollouts/plan.ts'
import type { RecordSpec, Rollout } from '../rollouts/record.ts'
import { redirectAbort } from '../rollouts/redirect-abort.ts'
import { render } from '../rollouts/render.ts'
import type { Rendition } from '../rollouts/rendition.ts'
import { renditionFile } from '../rollouts/rendition-file.ts'
import { stageName } from '../rollouts/stage-name.ts'
import { stageState } from '../rollouts/stage-state.ts'
import type { HeldBack, MergedApp, RolloutNote } from './app-merge.ts'
import { recordTrailers } from './app-trailers.ts'
import { baseWithRest } from './base-with-rest.ts'
import { heldBackByEdit, heldBackRevision, staying } from './held-back.ts'
import type { Definition, MergeAtRestProps } from './merge-at-rest.ts'
import { otherTracks } from './other-tracks.ts'
import { withoutQueue, withQueue } from './queued-revision.ts'
import { recordChange } from './record-change.ts'

export interface MergeInFlightProps extends MergeAtRestProps {
  readonly rollout: Rollout
}

/**
 * What publish does about an app that has a rollout in flight: it never ends it, nor moves it on. Only
 * where an abort leads to may be told anew.
 */
export function mergeInFlight(props: MergeInFlightProps): MergedApp {
  const { app, released, record, rollout, definition } = props
  const isAborting = rollout.stage.phase === 'aborting'
  if (released.onBranch.edited.length > 0) return heldBackByEdit(released)
  if (app.direct !== undefined && !isAborting) return directInFlight(props)
  if (definition === undefined) return { ...asItIs(props), heldBack: withoutPlan(props) }
  const { revision, plan } = definition
  const base = released.rendition(rollout.base)
  const candidate = released.rendition(rollout.candidate)
  const own = released.planOf(candidate)
  const stops = otherTracks(app.app, own, plan)
  if (stops.length > 0) return { files: [], kept: released.onBranch.paths, stops }
  const flight = { ...props, definition, base, candidate, plan: own }
  // Both are the same where an abort leads to the candidate after all.
  if (revision === rollout.base) return baseAgain(flight)
  if (app.direct !== undefined) return directWhileAborting(flight, app.direct)
  if (revision === rollout.candidate) return candidateAgain(flight)
  const held = record.heldBack.find((one) => one.revision === revision)
  if (held !== undefined) return heldBackRevision(released, record, held)
  return another(flight)
}

interface Flight extends MergeInFlightProps {
  readonly definition: Definition
  readonly base: Rendition
  readonly candidate: Rendition
  /** That the rollout started with. */
  readonly plan: RolloutPlan
}

/** The rest follows in both; the plan counts from the next rollout on. */
function candidateAgain(flight: Flight): MergedApp {
  const { record, rollout, candidate, base } = flight
  if (rollout.stage.phase === 'aborting') return beingAborted(flight)
  const after = publishedCandidate(flight)
  return rendered(flight, {
    base: baseWithRest({ base, before: candidate, after }),
    candidate: after,
    record: withoutQueue(record),
  })
}

/** The candidate as it is published now, but for its plan. */
function publishedCandidate({ candidate, definition, released }: Flight): Rendition {
  const ownPlan = candidate.files.filter(({ path }) => path === released.planPath)
  const others = definition.files.filter(({ path }) => path !== released.planPath)
  return { revision: candidate.revision, files: [...others, ...ownPlan] }
}

function beingAborted({ released, record, rollout }: Flight): MergedApp {
  const { id, candidate, abort } = rollout
  const again =
    abort?.holdsBack === false
      ? 'Publish again when that is over'
      : `Publish another revision, or try this one again when that is over: \`lockstep rollout retry ${released.app} ${candidate}\``
  return {
    ...staying(released, record, withoutQueue(record)),
    heldBack: { reason: `revision ${candidate} is being aborted in rollout ${id}`, remedy: again },
  }
}

/** What it goes back to is base as it is published now. The tick begins the abort, if there is a need. */
function baseAgain(flight: Flight): MergedApp {
  const { record, rollout } = flight
  const isAborting = rollout.stage.phase === 'aborting'
  return rendered(flight, {
    ...backToPublished(flight),
    record: isAborting ? withoutQueue(record) : withQueue(record, rollout.base),
  })
}

/** What is published is what the rollout goes back to; it may be the candidate itself. */
function backToPublished(flight: Flight): Pick<NextState, 'base' | 'candidate'> {
  const { revision, files } = flight.definition
  if (revision !== flight.candidate.revision) {
    return { base: { revision, files }, candidate: flight.candidate }
  }
  const both = publishedCandidate(flight)
  return { base: both, candidate: both }
}

/** What was stable before may never get ready again: the abort ends in what is published instead. */
function directWhileAborting(flight: Flight, reason: string): MergedApp {
  const { record, rollout, definition } = flight
  const { revision } = definition
  const merged = rendered(flight, {
    ...backToPublished(flight),
    record: redirectAbort(record, rollout, revision),
  })
  return {
    ...merged,
    rollout: {
      message: `rollout ${rollout.id} is being aborted, and ends in revision ${revision}, which is released without a canary: ${reason}`,
      trailers: { ...merged.rollout.trailers, action: 'direct', evidence: [reason] },
    },
  }
}

/** It waits: for the abort that it causes, or for the promotion that is under way. */
function another(flight: Flight): MergedApp {
  const { record, definition, base, candidate } = flight
  const { revision, files } = definition
  const next = withQueue(record, revision)
  return rendered(flight, { base, candidate, record: next }, { revision, files })
}

interface NextState {
  readonly base: Rendition
  readonly candidate: Rendition
  readonly record: RecordSpec
}

function rendered(
  { released, record, rollout, definition, plan }: Flight,
  next: NextState,
  queued?: Rendition,
): MergedApp & { readonly rollout: RolloutNote } {
  const { app } = released
  const { base, candidate } = next
  const after = next.record.rollout ?? rollout
  const renditions = [...new Set([base, candidate, ...(queued === undefined ? [] : [queued])])]
  const { files, kept } = recordChange(released, record, next.record)
  return {
    files: [
      ...render({ base, candidate, plan, rollout: after }),
      ...files,
      ...renditions.map((rendition) => renditionFile(app, rendition)),
    ],
    kept: [
      ...kept,
      ...released.keptRenditions(
        next.record,
        renditions.map(({ revision }) => revision),
      ),
    ],
    promised: definition.files,
    rollout: {
      message: describe(rollout, next.record),
      trailers: {
        ...recordTrailers(record, next.record),
        ...(next.record.queued !== record.queued && {
          action: next.record.queued === undefined ? 'drop' : 'queue',
        }),
        weight: stageState(plan.spec, after.stage).share.weight,
        revision: definition.revision,
      },
    },
  }
}

function describe({ id, stage, base }: Rollout, { queued }: RecordSpec): string {
  const state = `rollout ${id} is in flight (${stageName(stage)})`
  if (queued === undefined) return state
  if (queued.revision === base) return `${state}; ${base} is published again, which ends it`
  return `${state}; revision ${queued.revision} is next`
}

/** The app with its rollout, as the branch has both. */
const asItIs = ({ released, record, rollout }: MergeInFlightProps): MergedApp => ({
  ...staying(released, record, record),
  rollout: { message: describe(rollout, record), trailers: recordTrailers(record, record) },
})

/**
 * Traffic stays on what last worked: an app that goes while two revisions share its traffic would take
 * both away in whatever order a sync finds them.
 */
function withoutPlan({ app, rollout, released }: MergeInFlightProps): HeldBack {
  const what =
    app.rendered.length === 0
      ? 'is no longer in the app definitions'
      : 'has no rollout plan any more in the app definitions'
  return {
    reason: `it ${what}, and rollout ${rollout.id} is in flight`,
    remedy: `Publish again when the rollout is over, or end it first: \`lockstep rollout abort ${released.app}\``,
  }
}

/** What an abort goes back to stays as it is while the rollout may still go on. */
function directInFlight(props: MergeInFlightProps): MergedApp {
  const { app, rollout, released } = props
  return {
    ...asItIs(props),
    stops: [
      {
        kind: 'rollout-in-flight',
        message: `--direct ${app.app} would change what rollout ${rollout.id} goes back to while two revisions share the traffic`,
        remedy: `Abort it first with \`lockstep rollout abort ${app.app}\`, and publish again at once: the abort ends in what is published then`,
        files: [released.recordPath],
      },
    ],
  }
}
