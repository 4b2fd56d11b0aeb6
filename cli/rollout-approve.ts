import { Command, InvalidArgumentError } from 'commander'
import type { ApprovalGate } from '../rollouts/record.ts'
import { reportAct } from './report-act.ts'
import { requestRollout } from './request-rollout.ts'
import { type ActOptions, APP_ARGUMENT, addActOptions } from './rollout-options.ts'
import type { KnownRollout } from './rollout-request.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout approve`: a person's yes to one revision at one gate. */
export const rolloutApproveCommand = (terminal: Terminal): Command =>
  addActOptions(
    new Command('approve')
      .description('Say yes to a revision, before or after a step')
      .argument(...APP_ARGUMENT)
      .requiredOption('--revision <revision>', 'what was looked at; `show` names it')
      .option('--step <number>', 'step, from 1 (default: the one that waits)', stepNumber)
      .option('--before', 'before the step is entered, not after it'),
  ).action((app: string, options: RolloutApproveOptions) => runApprove(app, options, terminal))

interface RolloutApproveOptions extends ActOptions {
  readonly revision: string
  readonly step?: number
  readonly before?: boolean
}

/** Nothing waits for an approval, and nobody has said which one is meant. */
export class NothingToApproveError extends Error {
  override readonly name = 'NothingToApproveError'
  readonly code = 'NOTHING_TO_APPROVE'
  readonly remedy = 'Name the step with --step to say yes in advance'

  constructor(app: string) {
    super(`Nothing of ${app} waits for an approval now`)
  }
}

async function runApprove(
  app: string,
  options: RolloutApproveOptions,
  terminal: Terminal,
): Promise<void> {
  const { revision } = options
  const acted = await requestRollout(
    app,
    options,
    (known) => ({ action: 'approve', revision, gate: gateOf(app, options, known) }),
    terminal,
  )
  const done = `Approved ${revision} of`
  reportAct(acted, done, [`It counts with ${acted.nextLook}.`], terminal)
}

/** @throws {NothingToApproveError} */
function gateOf(
  app: string,
  { step, before = false }: RolloutApproveOptions,
  { awaiting }: KnownRollout,
): ApprovalGate {
  if (step !== undefined) return { step, gate: before ? 'enter' : 'leave' }
  if (awaiting === undefined) throw new NothingToApproveError(app)
  return { step: awaiting.step, gate: awaiting.gate }
}

function stepNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Write the number of a step.')
  return Number(text)
}
