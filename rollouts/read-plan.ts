import { planPath } from '../manifests/layout.ts'
import { MalformedPlanError } from './malformed-plan-error.ts'
import type { RolloutPlan } from './plan.ts'
import { planProblems } from './plan-problems.ts'
import { PLAN_SCHEMA } from './plan-schema.ts'
import { type RolloutFile, readRolloutFile } from './read-rollout-file.ts'

/**
 * Reads the plan of an app as publish writes it, and as people may have edited it.
 *
 * @param path of the file on the branch, `<environment>/rollouts/<namespace>/<app>/plan.yaml`; the
 * plan must be that of the app there
 * @throws {MalformedPlanError} with everything that is wrong: syntax first, then fields and their
 * types, then what cannot work
 */
export const readPlan = (text: string, path: string): RolloutPlan =>
  readRolloutFile(text, path, PLAN_FILE)

const PLAN_FILE: RolloutFile<RolloutPlan> = {
  schema: PLAN_SCHEMA,
  pathOf: ({ metadata }) => planPath(metadata.namespace, metadata.name),
  problemsOf: planProblems,
  malformed: (path, problems, options) => new MalformedPlanError(path, problems, options),
}
