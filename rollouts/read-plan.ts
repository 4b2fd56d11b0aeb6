import { isRecord } from '../manifests/kubernetes-object.ts'
import { planPath } from '../manifests/layout.ts'
import { readManifests } from '../manifests/read-yaml.ts'
import { UnreadableManifestError } from '../manifests/unreadable-manifest-error.ts'
import { MalformedPlanError } from './malformed-plan-error.ts'
import { PLAN_API_VERSION, type RolloutPlan } from './plan.ts'
import type { PlanProblem } from './plan-problem.ts'
import { planProblems } from './plan-problems.ts'
import { PLAN_SCHEMA } from './plan-schema.ts'
import { readBySchema } from './schema-problems.ts'

/**
 * Reads the plan of an app as publish writes it, and as people may have edited it.
 *
 * @param path of the file on the branch, `<environment>/rollouts/<namespace>/<app>/plan.yaml`; the
 * plan must be that of the app there
 * @throws {MalformedPlanError} with everything that is wrong: syntax first, then fields and their
 * types, then what cannot work
 */
export function readPlan(text: string, path: string): RolloutPlan {
  const document = readDocument(text, path)
  const versionProblem = findVersionProblem(document)
  if (versionProblem !== undefined) throw new MalformedPlanError(path, [versionProblem])
  const read = readBySchema(PLAN_SCHEMA, document)
  if ('problems' in read) throw new MalformedPlanError(path, read.problems)
  const problems = [...placeProblems(read.value, path), ...planProblems(read.value)]
  if (problems.length > 0) throw new MalformedPlanError(path, problems)
  return read.value
}

function readDocument(text: string, path: string): unknown {
  const documents = parse(text, path)
  const [only] = documents
  if (only !== undefined && documents.length === 1) return only.value
  throw new MalformedPlanError(path, [
    {
      field: '(root)',
      problem: `must be one document, and there are ${documents.length}`,
      remedy: 'Leave one in the file',
    },
  ])
}

function parse(text: string, path: string) {
  try {
    return readManifests(text, path)
  } catch (error) {
    if (!(error instanceof UnreadableManifestError)) throw error
    const { line, column, reason } = error
    const field = `line ${line}, column ${column}`
    const problem = `cannot be read as YAML: ${reason}`
    throw new MalformedPlanError(path, [{ field, problem, remedy: 'Correct it there' }], {
      cause: error,
    })
  }
}

/** Of a version that is not known, no field is either. */
function findVersionProblem(document: unknown): PlanProblem | undefined {
  if (!isRecord(document)) return undefined
  const { apiVersion } = document
  if (typeof apiVersion !== 'string' || apiVersion === PLAN_API_VERSION) return undefined
  return {
    field: 'apiVersion',
    value: apiVersion,
    problem: `is not ${PLAN_API_VERSION}, the only one that this Lockstep knows`,
    remedy: 'Update lockstep if a newer one has written the file',
  }
}

/** A folder that was copied by hand must not steer the app that it came from. */
function placeProblems({ metadata }: RolloutPlan, path: string): PlanProblem[] {
  const expected = planPath(metadata.namespace, metadata.name)
  if (path === expected || path.endsWith(`/${expected}`)) return []
  return [
    {
      field: 'metadata',
      value: metadata,
      problem: 'is of another app than the folder that the file is in',
      remedy: `Move the file to ${expected}, or take it out`,
    },
  ]
}
