import { stepName } from '../reconciler/step-name.ts'
import { analysedMetrics } from '../rollouts/analysed-metrics.ts'
import { approvalOf, missingApproval } from '../rollouts/approvals.ts'
import type { Move } from '../rollouts/decision.ts'
import type { Observation } from '../rollouts/observation.ts'
import type { ApprovalGate, RecordSpec, Rollout } from '../rollouts/record.ts'
import { allSteps } from '../rollouts/step-state.ts'
import { describeChange, describeGates, describeMetric } from './describe-step.ts'
import { inWords } from './duration-argument.ts'
import type { RolloutLook } from './look-at-rollout.ts'
import { stateName, whereabouts } from './rollout-state-name.ts'

/** All about the rollouts of one app, as lines for people. */
export function renderRollout(look: RolloutLook): readonly string[] {
  const { app, environment } = look
  const { rollout } = app.record.spec
  const state = stateName(app)
  const headline = rollout === undefined ? state : `${state}, ${whereabouts(app, rollout)}`
  return [
    `${app.app} in ${environment}: ${headline}`,
    ...(rollout === undefined ? [field('stable', app.stable)] : renderInFlight(look, rollout)),
    ...renderOthers(look, app.record.spec),
  ]
}

function renderInFlight(look: RolloutLook, rollout: Rollout): readonly string[] {
  const { app, atMs } = look
  const { candidate, base, id, startedAt, since, need, paused, abort } = rollout
  const ago = (time: string) => inWords(atMs - Date.parse(time))
  return [
    field('rollout', `${id}, begun ${ago(startedAt)} ago, where it is for ${ago(since)}`),
    field('candidate', candidate),
    field('stable', base),
    field('pods', `${need} carry all requests`),
    ...(app.tampered === undefined ? [] : [field('by hand', app.tampered)]),
    ...(abort === undefined
      ? []
      : [
          field('aborted', abort.by === undefined ? abort.reason : `${abort.reason} (${abort.by})`),
        ]),
    ...(paused === undefined ? [] : [field('paused', `by ${paused.by}: ${paused.reason}`)]),
    ...(look.closure === undefined ? [] : [field('closed', look.closure.reason)]),
    ...renderNow(look),
    '',
    ...renderSteps(look, rollout),
    ...renderApprovals(look, rollout),
  ]
}

/** What a look at the cluster says. */
function renderNow({ decision, problem, observation, atMs }: RolloutLook): readonly string[] {
  if (decision.kind === 'move') {
    return [...renderSeen(observation), field('next', describeMove(decision))]
  }
  if (observation === undefined) return problem === undefined ? [] : [field('unseen', problem)]
  const { untilMs } = decision
  return [
    ...renderSeen(observation),
    ...decision.reasons.map((reason) => field('waits', reason)),
    ...(untilMs === undefined ? [] : [field('time left', inWords(untilMs - atMs))]),
  ]
}

const describeMove = ({ action, evidence }: Move): string => [action, ...evidence].join(': ')

function renderSeen(observation: Observation | undefined): readonly string[] {
  if (observation === undefined) return []
  const { stable, canary, verdicts } = observation
  return [
    field('pods ready', `${stable.ready} of stable, ${canary.ready} of the canary`),
    ...verdicts.map(({ outcome, reason }) => field(outcome, reason)),
  ]
}

function renderSteps({ app: { plan } }: RolloutLook, rollout: Rollout): readonly string[] {
  const current = Number(stepName(plan, rollout).split('/')[0])
  const steps = allSteps(plan.spec)
  const width = Math.max(...steps.map((step) => describeChange(step).length))
  return steps.flatMap((step, index) => {
    const number = index + 1
    const mark = number === current ? '>' : ' '
    const line = `${mark} ${number}  ${describeChange(step).padEnd(width)}  ${describeGates(step)}`
    const metrics = number === current ? analysedMetrics(plan.spec, number) : []
    return [line, ...metrics.map((metric) => `       ${describeMetric(metric)}`)]
  })
}

function renderApprovals(look: RolloutLook, rollout: Rollout): readonly string[] {
  const { plan } = look.app
  const given = rollout.approvals.map(
    ({ by, proof, step, gate, at }) =>
      `  ${by} (${proof}) ${gate === 'enter' ? 'before' : 'after'} step ${step}, ${at}`,
  )
  const open = gatesAhead(look, rollout).flatMap((gate) => {
    const missing = missingApproval(plan, rollout, gate)
    return missing === undefined
      ? []
      : [`  ${missing}`, `    ${approveCommand(look, rollout, gate)}`]
  })
  return [
    ...(given.length === 0 ? [] : ['', 'Approved', ...given]),
    ...(open.length === 0 ? [] : ['', 'To be approved', ...open]),
  ]
}

/** Those of this step and of all that come, in order. */
function gatesAhead({ app: { plan } }: RolloutLook, { stage }: Rollout): readonly ApprovalGate[] {
  if (stage.phase !== 'progressing') return []
  const steps = allSteps(plan.spec).map((_, index) => index + 1)
  return steps
    .flatMap((step): ApprovalGate[] => [
      { step, gate: 'enter' },
      { step, gate: 'leave' },
    ])
    .filter(({ step, gate }) => step > stage.step || (step === stage.step && gate === 'leave'))
    .filter((gate) => approvalOf(plan, gate) !== undefined)
}

const approveCommand = (
  { app, environment }: RolloutLook,
  { candidate }: Rollout,
  { step, gate }: ApprovalGate,
): string =>
  `lockstep rollout approve ${app.app} --env ${environment} --revision ${candidate} --step ${step}${gate === 'enter' ? ' --before' : ''}`

function renderOthers(
  { app, environment }: RolloutLook,
  { queued, heldBack, former }: RecordSpec,
): readonly string[] {
  const command = (verb: string, revision: string) =>
    `lockstep rollout ${verb} ${app.app} ${revision} --env ${environment}`
  return [
    ...(queued === undefined ? [] : ['', `Next: ${queued.revision}${requestOf(queued)}`]),
    ...(heldBack.length === 0 ? [] : ['', 'Held back']),
    ...heldBack.flatMap(({ revision, reason }) => [
      `  ${revision}: ${reason}`,
      `    ${command('retry', revision)}`,
    ]),
    ...(former.length === 0 ? [] : ['', 'Stable before']),
    ...former.map((revision) => `  ${command('rollback', revision)}`),
  ]
}

const requestOf = ({ request }: NonNullable<RecordSpec['queued']>): string =>
  request === undefined ? '' : `, a ${request.kind} that ${request.by} asked for`

const field = (name: string, value: string): string => `  ${name.padEnd(10)}  ${value}`
