import type { LookAnswer, LookedAnswer } from '../functions/rollouts/look-answer.ts'
import type { InFlightAnswer } from '../functions/rollouts/rollout-answer.ts'
import { analysedMetrics } from '../rollouts/analysed-metrics.ts'
import { approvalOf, missingApproval } from '../rollouts/approvals.ts'
import type { ApprovalGate } from '../rollouts/record.ts'
import { allSteps } from '../rollouts/step-state.ts'
import { unsettledGuess } from '../rollouts/unsettled-abort.ts'
import { describeChange, describeGates, describeMetric } from './describe-step.ts'
import { inWords } from './duration-argument.ts'
import { stateName, stepOf, whereabouts } from './rollout-state-name.ts'

/** All about the rollouts of one app, as lines for people. */
export function renderRollout(looked: LookedAnswer): readonly string[] {
  const { namespace, name, environment, stable, rollout } = looked
  const state = stateName(looked)
  const headline = rollout === undefined ? state : `${state}, ${whereabouts(rollout)}`
  return [
    `${namespace}/${name} in ${environment}: ${headline}`,
    ...(rollout === undefined
      ? [field('stable', stable), ...renderUnsettled(looked)]
      : renderInFlight(looked, rollout)),
    ...renderOthers(looked),
  ]
}

function renderInFlight(looked: LookedAnswer, rollout: InFlightAnswer): readonly string[] {
  const { look, tampered } = looked
  const { candidate, base, id, startedAt, since, need, paused, abort } = rollout
  const ago = (time: string) => inWords(Date.parse(look.at) - Date.parse(time))
  return [
    field('rollout', `${id}, begun ${ago(startedAt)} ago, where it is for ${ago(since)}`),
    field('candidate', candidate),
    field('stable', base),
    field('pods', `${need} carry all requests`),
    ...(tampered === undefined ? [] : [field('by hand', tampered)]),
    ...(abort === undefined
      ? []
      : [
          field('aborted', abort.by === undefined ? abort.reason : `${abort.reason} (${abort.by})`),
        ]),
    ...(paused === undefined ? [] : [field('paused', `by ${paused.by}: ${paused.reason}`)]),
    ...(look.closed === undefined ? [] : [field('closed', look.closed)]),
    ...renderUnsettled(looked),
    ...renderNow(look),
    '',
    ...renderSteps(looked, rollout),
    ...renderApprovals(looked, rollout),
  ]
}

/** What an abort in the cluster has left: for sure by a look that sees it, else by what the branch knows. */
function renderUnsettled({
  environment,
  namespace,
  name,
  unsettled,
  rollout,
  queued,
  look: { decision },
}: LookedAnswer): readonly string[] {
  const isAtRest = rollout === undefined && queued === undefined
  // At rest nothing else is waited for.
  const seen = isAtRest && decision.kind === 'wait' ? decision.reasons : []
  if (seen.length > 0) return seen.map((reason) => field('unsettled', reason))
  if (unsettled === undefined) return []
  const app = `${namespace}/${name}`
  return [field('unsettled', unsettledGuess(unsettled, { app, environment }))]
}

/** What a look at the cluster says. */
function renderNow(look: LookAnswer): readonly string[] {
  const { at, decision, problem, observation } = look
  if (decision.kind === 'move') {
    const { action, evidence } = decision
    return [...renderSeen(look), field('next', [action, ...evidence].join(': '))]
  }
  if (observation === undefined) return problem === undefined ? [] : [field('unseen', problem)]
  const { reasons, until } = decision
  return [
    ...renderSeen(look),
    ...reasons.map((reason) => field('waits', reason)),
    ...(until === undefined
      ? []
      : [field('time left', inWords(Date.parse(until) - Date.parse(at)))]),
  ]
}

function renderSeen({ observation }: LookAnswer): readonly string[] {
  if (observation === undefined) return []
  const { stable, canary, verdicts } = observation
  return [
    field('pods ready', `${stable.ready} of stable, ${canary.ready} of the canary`),
    ...verdicts.map(({ outcome, reason }) => field(outcome, reason)),
  ]
}

function renderSteps({ plan }: LookedAnswer, rollout: InFlightAnswer): readonly string[] {
  const [current] = stepOf(rollout)
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

function renderApprovals(looked: LookedAnswer, rollout: InFlightAnswer): readonly string[] {
  const { plan } = looked
  const given = rollout.approvals.map(
    ({ by, proof, step, gate, at }) =>
      `  ${by} (${proof}) ${gate === 'enter' ? 'before' : 'after'} step ${step}, ${at}`,
  )
  const open = gatesAhead(looked, rollout).flatMap((gate) => {
    const missing = missingApproval(plan, rollout, gate)
    return missing === undefined
      ? []
      : [`  ${missing}`, `    ${approveCommand(looked, rollout, gate)}`]
  })
  return [
    ...(given.length === 0 ? [] : ['', 'Approved', ...given]),
    ...(open.length === 0 ? [] : ['', 'To be approved', ...open]),
  ]
}

/** Those of this step and of all that come, in order. */
function gatesAhead({ plan }: LookedAnswer, { stage }: InFlightAnswer): readonly ApprovalGate[] {
  const { phase, step: current = 0 } = stage
  if (phase !== 'progressing') return []
  const steps = allSteps(plan.spec).map((_, index) => index + 1)
  return steps
    .flatMap((step): ApprovalGate[] => [
      { step, gate: 'enter' },
      { step, gate: 'leave' },
    ])
    .filter(({ step, gate }) => step > current || (step === current && gate === 'leave'))
    .filter((gate) => approvalOf(plan, gate) !== undefined)
}

const approveCommand = (
  { namespace, name, environment }: LookedAnswer,
  { candidate }: InFlightAnswer,
  { step, gate }: ApprovalGate,
): string =>
  `lockstep rollout approve ${namespace}/${name} --env ${environment} --revision ${candidate} --step ${step}${gate === 'enter' ? ' --before' : ''}`

function renderOthers(looked: LookedAnswer): readonly string[] {
  const { namespace, name, environment, queued, heldBack, former } = looked
  const command = (verb: string, revision: string) =>
    `lockstep rollout ${verb} ${namespace}/${name} ${revision} --env ${environment}`
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

const requestOf = ({ request }: NonNullable<LookedAnswer['queued']>): string =>
  request === undefined ? '' : `, a ${request.kind} that ${request.by} asked for`

const field = (name: string, value: string): string => `  ${name.padEnd(10)}  ${value}`
