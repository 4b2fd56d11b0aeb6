import type { z } from 'zod'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { readManifests } from '../manifests/read-yaml.ts'
import { UnreadableManifestError } from '../manifests/unreadable-manifest-error.ts'
import { PLAN_API_VERSION } from './plan.ts'
import type { PlanProblem } from './plan-problem.ts'
import { readBySchema } from './schema-problems.ts'

interface OfApp {
  readonly metadata: { readonly name: string; readonly namespace: string }
}

/** One kind of file below `rollouts/<namespace>/<app>/`, which people may have edited. */
export interface RolloutFile<Value extends OfApp> {
  readonly schema: z.ZodType<Value>
  /** Path below the environment's folder at which a value belongs. */
  readonly pathOf: (value: Value) => string
  /** What cannot work although each field is what it should be. */
  readonly problemsOf: (value: Value) => readonly PlanProblem[]
  readonly malformed: (
    path: string,
    problems: readonly PlanProblem[],
    options?: MalformedOptions,
  ) => Error
}

interface MalformedOptions extends ErrorOptions {
  /** What to do if the file as a whole is right, and something else is not. */
  readonly remedy?: string
}

/**
 * Reads a file that a rollout relies on.
 *
 * @param path of the file on the branch, with the environment's folder
 * @throws what `malformed` makes of all that is wrong: syntax first, then fields and their types, then
 * what cannot work
 */
export function readRolloutFile<Value extends OfApp>(
  text: string,
  path: string,
  { schema, pathOf, problemsOf, malformed }: RolloutFile<Value>,
): Value {
  const document = readDocument(text, path, malformed)
  const versionProblem = findVersionProblem(document)
  if (versionProblem !== undefined) {
    throw malformed(path, [versionProblem], { remedy: versionProblem.remedy })
  }
  const read = readBySchema(schema, document)
  if ('problems' in read) throw malformed(path, read.problems)
  const { value } = read
  const problems = [...placeProblems(value, pathOf(value), path), ...problemsOf(value)]
  if (problems.length > 0) throw malformed(path, problems)
  return value
}

type Malformed = RolloutFile<never>['malformed']

function readDocument(text: string, path: string, malformed: Malformed): unknown {
  const documents = parse(text, path, malformed)
  const [only] = documents
  if (only !== undefined && documents.length === 1) return only.value
  throw malformed(path, [
    {
      field: '(root)',
      problem: `must be one document, and there are ${documents.length}`,
      remedy: 'Leave one in the file',
    },
  ])
}

function parse(text: string, path: string, malformed: Malformed) {
  try {
    return readManifests(text, path)
  } catch (error) {
    if (!(error instanceof UnreadableManifestError)) throw error
    const { line, column, reason } = error
    const field = `line ${line}, column ${column}`
    const problem = `cannot be read as YAML: ${reason}`
    throw malformed(path, [{ field, problem, remedy: 'Correct it there' }], { cause: error })
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
function placeProblems({ metadata }: OfApp, expected: string, path: string): PlanProblem[] {
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
