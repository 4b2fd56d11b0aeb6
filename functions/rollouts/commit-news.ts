import type { TickCommit } from '../../reconciler/tick.ts'
import type { RolloutAction } from '../../rollouts/decision.ts'
import type { CommitNews, CommitState, Notifier } from '../notifications/notifier.ts'
import { appNameOf } from './rollout-answer.ts'
import type { TargetProps } from './served-target.ts'

const STATES: Partial<Readonly<Record<RolloutAction, CommitState>>> = {
  finish: 'succeeded',
  abort: 'failed',
  'abort-shift': 'failed',
  'abort-finish': 'failed',
  drop: 'failed',
}

/** Tells others of each commit of an environment. */
export const tellOthers =
  (notifier: Notifier, target: CommitNewsProps['target']): NonNullable<TargetProps['onCommit']> =>
  async (commit, previous) => {
    await notifier.committed(commitNews({ target, commit, previous }))
  }

interface CommitNewsProps {
  readonly target: Pick<TargetProps, 'environment' | 'repository' | 'branch' | 'clock'>
  readonly commit: TickCommit
  /** What was looked at before. */
  readonly previous: string | undefined
}

/** What others are told of a commit of rollouts. */
function commitNews({ target, commit, previous }: CommitNewsProps): CommitNews {
  const { environment, repository, branch, clock } = target
  const { moves } = commit
  const states = moves.map(({ move }) => STATES[move.action] ?? 'under-way')
  return {
    environment,
    repository,
    branch,
    commit: commit.commit,
    ...(previous !== undefined && { previous }),
    apps: moves.map(({ app }) => {
      const { namespace, name } = appNameOf(app)
      return { namespace, app: name }
    }),
    action: moves[0]?.move.action ?? 'rollout',
    state: worstOf(states),
    message: moves.map(({ app, move }) => `${app}: ${move.action}`).join(', '),
    atMs: clock.wallMs(),
  }
}

const worstOf = (states: readonly CommitState[]): CommitState =>
  states.find((state) => state === 'failed') ??
  states.find((state) => state === 'under-way') ??
  'succeeded'
