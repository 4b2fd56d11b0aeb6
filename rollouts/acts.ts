import { abortRollout, heldBack } from './abort.ts'
import { approvalOf } from './approvals.ts'
import type { Move, RolloutAction } from './decision.ts'
import { type LiveAbort, reasonOnBranch } from './live-abort.ts'
import { committed, timestamp } from './moved.ts'
import type { RolloutPlan } from './plan.ts'
import type { ApprovalGate, RecordSpec, RevisionRequest, Rollout } from './record.ts'
import { allSteps } from './step-state.ts'
import { unsettled } from './unsettled-abort.ts'

/** What a person asks of the rollouts of one app. */
export type RolloutRequest =
  | { readonly action: 'promote' }
  | { readonly action: 'pause'; readonly reason: string }
  | { readonly action: 'resume' }
  | { readonly action: 'abort'; readonly reason: string }
  | { readonly action: 'approve'; readonly revision: string; readonly gate: ApprovalGate }
  | { readonly action: 'retry' | 'rollback'; readonly revision: string }

/** What only somebody can ask who has seen the cluster. */
export type RequestAtCluster =
  /** What was noted there is done on the branch. */
  | { readonly action: 'abort-noted'; readonly note: LiveAbort }
  /** What an abort has left there was taken away. */
  | { readonly action: 'settle' }

export interface ActProps {
  /** Of the rollout in flight; not looked at where there is none. */
  readonly plan: RolloutPlan
  readonly record: RecordSpec
  readonly actor: Actor
  /** Who has changed the files of the rollout by hand, and what; absent if nobody has. */
  readonly tampered?: string | undefined
  readonly nowMs: number
}

/** Who asks. */
export interface Actor {
  readonly name: string
  /** How that was proven. */
  readonly proof: string
}

/** What was asked for cannot be done now; nothing was changed. */
export class RolloutRequestRefusedError extends Error {
  override readonly name = 'RolloutRequestRefusedError'
  readonly code = 'ROLLOUT_REQUEST_REFUSED'
  /** What to do instead, as a sentence without a full stop. */
  readonly remedy: string

  constructor(problem: string, remedy: string) {
    super(problem)
    this.remedy = remedy
  }
}

/**
 * The commit that does what a person asks for; `undefined` if it is so already, so asking again is
 * always safe.
 *
 * @throws {RolloutRequestRefusedError}
 */
export function act(request: RolloutRequest | RequestAtCluster, props: ActProps): Move | undefined {
  switch (request.action) {
    case 'retry':
    case 'rollback':
      return queueAgain(request.action, request.revision, props)
    case 'abort':
      return abortAsked(request.reason, props)
    case 'abort-noted':
      return abortNoted(request.note, props)
    case 'settle':
      return settle(props)
    case 'approve':
      return approve(request, props)
    case 'pause':
      return pause(request.reason, props)
    case 'resume':
      return resume(props)
    case 'promote':
      return hasten(props)
  }
}

function inFlight({ record }: ActProps): Rollout {
  const { rollout } = record
  if (rollout !== undefined) return rollout
  const [last] = record.heldBack
  throw new RolloutRequestRefusedError(
    'No rollout is in flight',
    last === undefined
      ? 'Publish another revision to start one'
      : `Publish another revision, or retry ${last.revision}`,
  )
}

function abortAsked(reason: string, props: ActProps): Move | undefined {
  const { plan, record, actor, nowMs } = props
  if (record.rollout === undefined && record.queued !== undefined) {
    const { queued, ...rest } = record
    const dropped = heldBack(rest, { revision: queued.revision, reason })
    return { kind: 'move', action: 'drop', record: dropped, evidence: [reason] }
  }
  const rollout = inFlight(props)
  if (rollout.stage.phase === 'aborting') return undefined
  const abort = { reason, by: actor.name, holdsBack: true }
  const isTampered = props.tampered !== undefined
  return abortRollout({ plan, record, rollout, abort, isTampered, nowMs })
}

function abortNoted(note: LiveAbort, props: ActProps): Move | undefined {
  const record = { ...props.record, unsettled: unsettled(note) }
  return abortAsked(reasonOnBranch(note), { ...props, record })
}

function settle({ record: { unsettled: open, ...record } }: ActProps): Move | undefined {
  if (open === undefined) return undefined
  const { rollout } = record
  return {
    kind: 'move',
    action: 'settle',
    record: { ...record, ...(rollout !== undefined && { rollout: committed(rollout) }) },
    evidence: [`nothing is suspended any more for the abort of ${open.rollout} in the cluster`],
  }
}

function pause(reason: string, props: ActProps): Move | undefined {
  const rollout = going(props, 'paused')
  if (rollout.paused !== undefined) return undefined
  if (rollout.stage.phase !== 'progressing') {
    throw new RolloutRequestRefusedError(
      `Stable is becoming ${rollout.candidate}, and nothing but an abort holds that up`,
      'Let it end, or abort',
    )
  }
  const paused = { by: props.actor.name, reason, at: timestamp(props.nowMs) }
  return changed('pause', props, { ...committed(rollout), paused }, reason)
}

/** What an approval has waited for begins anew: its time was over, or nobody could give it. */
function resume(props: ActProps): Move | undefined {
  const { paused, awaiting, ...rollout } = inFlight(props)
  if (paused === undefined) return undefined
  return changed('resume', props, committed(rollout), `it was paused: ${paused.reason}`)
}

function hasten(props: ActProps): Move | undefined {
  const rollout = going(props, 'promoted')
  const { stage } = rollout
  if (stage.phase !== 'progressing') return undefined
  if (stage.part === 'scaling') {
    throw new RolloutRequestRefusedError(
      `Step ${stage.step} waits for pods, and traffic is never sent to pods that are not there`,
      'Wait until they are ready, or abort',
    )
  }
  if (rollout.hastened === stage.step) return undefined
  const hastened = { ...committed(rollout), hastened: stage.step }
  return changed('hasten', props, hastened, `the hold of step ${stage.step} is ended`)
}

function approve(
  { gate, revision }: Extract<RolloutRequest, { readonly action: 'approve' }>,
  props: ActProps,
): Move | undefined {
  const { plan, actor, nowMs } = props
  const rollout = going(props, 'approved')
  if (revision !== rollout.candidate) {
    throw new RolloutRequestRefusedError(
      `The approval is for revision ${revision}, and ${rollout.candidate} is in flight`,
      `Look at what ${rollout.candidate} changes, then approve that`,
    )
  }
  if (approvalOf(plan, gate) === undefined) {
    const where = gate.gate === 'enter' ? 'before' : 'after'
    throw new RolloutRequestRefusedError(
      `No approval is asked for ${where} step ${gate.step} of ${allSteps(plan.spec).length}`,
      'See which step waits for one with `lockstep rollout show`',
    )
  }
  const isSame = (given: ApprovalGate & { readonly by: string }): boolean =>
    given.step === gate.step && given.gate === gate.gate && given.by === actor.name
  if (rollout.approvals.some(isSame)) return undefined
  const given = { ...gate, by: actor.name, proof: actor.proof, at: timestamp(nowMs) }
  const approved = { ...committed(rollout), approvals: [...rollout.approvals, given] }
  return changed('approve', props, approved, `${actor.name} approves, by ${actor.proof}`)
}

/** The rollout, so long as it goes forward among its steps or to its end. */
function going(props: ActProps, what: string): Rollout {
  const rollout = inFlight(props)
  if (rollout.stage.phase !== 'aborting') return rollout
  throw new RolloutRequestRefusedError(
    `Rollout ${rollout.id} is being aborted and cannot be ${what}`,
    `Retry ${rollout.candidate} when it is over`,
  )
}

function queueAgain(
  kind: RevisionRequest['kind'],
  revision: string,
  { record, actor }: ActProps,
): Move | undefined {
  const isQueued = record.queued?.revision === revision && record.queued.request?.kind === kind
  if (isQueued) return undefined
  const known = kind === 'retry' ? record.heldBack.map((held) => held.revision) : record.former
  if (!known.includes(revision)) {
    const what = kind === 'retry' ? 'was aborted' : 'was stable before'
    throw new RolloutRequestRefusedError(
      `Revision ${revision} is none that ${what}`,
      known.length === 0 ? 'There is none' : `Use one of: ${known.join(', ')}`,
    )
  }
  const queued = { revision, request: { kind, by: actor.name } }
  const others = record.heldBack.filter((held) => held.revision !== revision)
  return {
    kind: 'move',
    action: 'queue',
    record: { ...record, heldBack: others, queued },
    evidence: [`${actor.name} asks for ${kind === 'retry' ? 'another try' : 'a rollback'}`],
  }
}

const changed = (
  action: RolloutAction,
  { record }: ActProps,
  rollout: Rollout,
  evidence: string,
): Move => ({ kind: 'move', action, record: { ...record, rollout }, evidence: [evidence] })
