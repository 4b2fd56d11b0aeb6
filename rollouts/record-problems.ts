import type { PlanProblem } from './plan-problem.ts'
import type { RecordSpec, Rollout, RolloutRecord } from './record.ts'

/** What in a record cannot have come about, although each field is what it should be. */
export function recordProblems({ spec }: Pick<RolloutRecord, 'spec'>): readonly PlanProblem[] {
  const { rollout } = spec
  return [
    ...(rollout === undefined ? [] : rolloutProblems(rollout, spec)),
    ...twice(
      'spec.heldBack',
      spec.heldBack.map(({ revision }) => revision),
    ),
    ...twice('spec.former', spec.former),
  ]
}

function rolloutProblems(rollout: Rollout, { count }: RecordSpec): readonly PlanProblem[] {
  const { id, candidate, base, stage, commits, changed, abort } = rollout
  const problems: PlanProblem[] = []
  const add = (field: string, value: unknown, problem: string): void => {
    problems.push({ field: `spec.rollout.${field}`, value, problem, remedy: RESTORE })
  }
  if (id !== `${candidate}-${count}`) {
    add('id', id, `must be ${candidate}-${count}, by candidate and count`)
  }
  if (candidate === base && stage.phase !== 'aborting') {
    add('candidate', candidate, 'must be another revision than the base')
  }
  for (const section of ['workloads', 'traffic'] as const) {
    if (changed[section] > commits) {
      add(`changed.${section}`, changed[section], `must be one of the ${commits} commits`)
    }
  }
  if (stage.phase === 'aborting' && abort === undefined) {
    add('abort', undefined, 'must say why, since the rollout is being aborted')
  }
  if (stage.phase !== 'aborting' && abort !== undefined) {
    add('stage', stage, 'must be that of an abort, since there is a reason for one')
  }
  return problems
}

const RESTORE = 'Restore what was there before'

function twice(field: string, revisions: readonly string[]): readonly PlanProblem[] {
  return revisions.flatMap((revision, index) =>
    revisions.indexOf(revision) === index
      ? []
      : [
          {
            field: `${field}[${index}]`,
            value: revision,
            problem: 'is there twice',
            remedy: 'Leave one of them',
          },
        ],
  )
}
