import { type PlanProblem, statePlanProblem } from './plan-problem.ts'
import { repairCommand } from './repair-command.ts'

export interface MalformedRecordErrorOptions extends ErrorOptions {
  /** What to do instead of what helps against a file that was damaged. */
  readonly remedy?: string
}

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

  constructor(
    path: string,
    problems: readonly PlanProblem[],
    { remedy, ...options }: MalformedRecordErrorOptions = {},
  ) {
    const list = problems.map((problem) => `\n  - ${statePlanProblem(problem)}`).join('')
    super(`${path} is not what Lockstep has written:${list}`, options)
    this.path = path
    this.problems = problems
    this.remedy = remedy ?? broughtBack(path)
  }
}

/** Environment and app of what the command brings back. */
const REPAIRED = /^(.+)\/rollouts\/([^/]+\/[^/]+)\/(?:record|revisions\/[^/]+)\.yaml$/

/** Only programs write these files, so nobody is told what to write into them. */
function broughtBack(path: string): string {
  const [, environment, app] = REPAIRED.exec(path) ?? []
  const restored = `it from an earlier commit of the branch (\`git log -- ${path}\`)`
  if (environment === undefined || app === undefined) return `Restore ${restored}`
  return `Bring it back with ${repairCommand(app, environment)}, or restore ${restored}`
}
