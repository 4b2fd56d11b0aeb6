import { describePlanProblem, type PlanProblem } from './plan-problem.ts'

/** A file is not a plan that a rollout can follow. Says all that is wrong with it. */
export class MalformedPlanError extends Error {
  override readonly name = 'MalformedPlanError'
  readonly code = 'MALFORMED_PLAN'
  /** Path of the file on the branch. */
  readonly path: string
  readonly problems: readonly PlanProblem[]
  readonly remedy: string

  constructor(path: string, problems: readonly PlanProblem[], options?: ErrorOptions) {
    const list = problems.map((problem) => `\n  - ${describePlanProblem(problem)}`).join('')
    super(`${path} is not a plan that a rollout can follow:${list}`, options)
    this.path = path
    this.problems = problems
    this.remedy =
      'Publish the app again, which writes the file, or restore it from an earlier commit of the ' +
      `branch (\`git log -- ${path}\`)`
  }
}
