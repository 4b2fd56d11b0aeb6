import type { z } from 'zod'
import { fieldPath } from '../manifests/field-path.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type { PlanProblem } from './plan-problem.ts'

type Path = readonly PropertyKey[]

/** What a type is called, and how one writes a value of it in YAML. */
const TYPES: Readonly<Record<string, readonly [noun: string, remedy: string]>> = {
  number: ['a number', 'Write it in digits, without quotes'],
  string: ['a text', 'Put it in quotes'],
  boolean: ['true or false', 'Write true or false, without quotes'],
  array: ['a list', 'Write each item on a line of its own, behind a dash'],
  object: ['fields with values', 'Write each field on a line of its own, as `name: value`'],
}

/**
 * Reads a value by its schema.
 *
 * @returns the value as the schema has it, or everything in which it differs
 */
export function readBySchema<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
): { readonly value: Value } | { readonly problems: readonly PlanProblem[] } {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return { value: result.data }
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, [])) }
}

function problemsOf(issue: z.core.$ZodIssue, outer: Path): PlanProblem[] {
  const path = [...outer, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField([...path, key]))
    case 'invalid_union':
      return unionProblems(issue, path)
    case 'invalid_type':
      return [typeProblem(issue.expected, path, issue.input)]
    case 'invalid_value':
      return [choiceProblem(issue.values, path, issue.input)]
    default:
      return [problem(path, issue.input, issue.message, 'Correct it')]
  }
}

/** Of several forms, the one that the value comes nearest to is the one that was meant. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: Path): PlanProblem[] {
  if ('options' in issue && issue.errors.length === 0) {
    const { discriminator = '', options = [], input } = issue
    return [choiceProblem(options, path, isRecord(input) ? input[discriminator] : undefined)]
  }
  const forms = issue.errors.map((issues) => issues.flatMap((each) => problemsOf(each, path)))
  const least = Math.min(...forms.map(({ length }) => length))
  const [nearest, ...others] = forms.filter(({ length }) => length === least)
  if (nearest !== undefined && others.length === 0) return nearest
  return [problem(path, issue.input, issue.message, 'Write one of them')]
}

function typeProblem(expected: string, path: Path, value: unknown): PlanProblem {
  const [noun, remedy] = TYPES[expected] ?? [expected, 'Correct it']
  return value === undefined
    ? problem(path, undefined, `must be given, as ${noun}`, 'Add it')
    : problem(path, value, `must be ${noun}`, remedy)
}

const choiceProblem = (choices: readonly unknown[], path: Path, value: unknown): PlanProblem =>
  problem(
    path,
    value,
    choices.length === 1 ? `must be ${choices[0]}` : `must be one of ${choices.join(', ')}`,
    'Write it as here, letter by letter',
  )

const unknownField = (path: Path): PlanProblem =>
  problem(path, undefined, 'is not a field here', 'Take it out, or look for a slip in its name')

const problem = (path: Path, value: unknown, what: string, remedy: string): PlanProblem => ({
  field: fieldPath(path.map((part) => (typeof part === 'symbol' ? String(part) : part))),
  ...(value !== undefined && { value }),
  problem: what,
  remedy,
})
