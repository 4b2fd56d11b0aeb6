import { type AppTrailers, recordTrailers } from '../gitops/app-trailers.ts'
import { commitMessage } from '../gitops/commit-message.ts'
import type { Move } from '../rollouts/decision.ts'
import type { PlannedMove } from './commit-moves.ts'
import { stepName, weightOf } from './step-name.ts'

export interface MoveMessageProps {
  readonly environment: string
  readonly moves: readonly PlannedMove[]
  /** The commit that was decided upon. */
  readonly from: string
  /** Who asked for it; absent if nobody did. */
  readonly actor?: string | undefined
}

/** What a commit of rollouts says: for people what happens and why, for machines the same in trailers. */
export function moveMessage({ environment, moves, from, actor }: MoveMessageProps): string {
  const text = [subject(environment, moves), ...moves.map(paragraph)].join('\n\n')
  return commitMessage(text, {
    action: 'rollout',
    environment,
    apps: moves.map((planned) => trailers(planned, from, actor)),
  })
}

const SHOWN = 3

function subject(environment: string, moves: readonly PlannedMove[]): string {
  const [only, ...others] = moves
  if (only !== undefined && others.length === 0) {
    return `rollout ${environment}: ${only.app.app} ${summary(only)}`
  }
  const names = moves.slice(0, SHOWN).map(({ app }) => app.app)
  const rest = moves.length > SHOWN ? ` and ${moves.length - SHOWN} more` : ''
  return `rollout ${environment}: ${names.join(', ')}${rest}`
}

const paragraph = (planned: PlannedMove): string =>
  [
    `${planned.app.app}: ${summary(planned)}`,
    ...planned.move.evidence.map((one) => `- ${one}`),
  ].join('\n')

/** What a move does, in a few words. */
function summary({ app, move }: PlannedMove): string {
  const { rollout } = move.record
  const before = app.record.spec.rollout
  const revision = rollout?.candidate ?? before?.candidate ?? move.record.queued?.revision ?? ''
  if (rollout === undefined) return `${ENDINGS[move.action] ?? move.action} ${revision}`.trim()
  const step = `step ${stepName(app.plan, rollout)}`
  if (move.action === 'start') return `start ${revision}, ${step}`
  return `${move.action} ${revision}, ${step}, weight ${weightOf(app.plan, rollout)}`
}

const ENDINGS: Partial<Readonly<Record<Move['action'], string>>> = {
  finish: 'promoted',
  abort: 'aborted',
  'abort-finish': 'aborted',
  settle: 'settled',
}

function trailers(
  { app, move }: PlannedMove,
  from: string,
  actor: string | undefined = move.actor,
): AppTrailers {
  const before = app.record.spec
  const rollout = move.record.rollout ?? before.rollout
  return {
    app: app.app,
    action: move.action,
    ...recordTrailers(before, move.record),
    ...(rollout !== undefined && { step: stepName(app.plan, rollout) }),
    ...(move.record.rollout !== undefined && { weight: weightOf(app.plan, move.record.rollout) }),
    from,
    evidence: move.evidence,
    ...(actor !== undefined && { actor }),
  }
}
