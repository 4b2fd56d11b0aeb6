import { describePlanProblem, type PlanProblem } from './plan-problem.ts'

/**
 * A record, or a rendition beside it, is not one that Lockstep has written. Says all that is wrong
 * with it. Nothing moves until somebody has put it right: what runs stays as it is.
 */
export class MalformedRecordError extends Error {
  override readonly name = 'MalformedRecordError'
  readonly code = 'MALFORMED_RECORD'
  /** Path of the file on the branch. */
  readonly path: string
  readonly problems: readonly PlanProblem[]
  readonly remedy: string

  constructor(path: string, problems: readonly PlanProblem[], options?: ErrorOptions) {
    const list = problems.map((problem) => `\n  - ${describePlanProblem(problem)}`).join('')
    super(`${path} is not what Lockstep has written:${list}`, options)
    this.path = path
    this.problems = problems
    this.remedy = `Restore the file from an earlier commit of the branch (\`git log -- ${path}\`)`
  }
}
