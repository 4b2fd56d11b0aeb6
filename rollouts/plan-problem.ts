import { preview } from '../manifests/preview.ts'

/** One thing in a plan that cannot be right as it is. */
export interface PlanProblem {
  /** Path in the plan: `spec.steps[1].weight`. */
  readonly field: string
  /** What the plan has there; absent where to show it would tell nothing. */
  readonly value?: unknown
  /** What is wrong with it, to be put behind the field's name: `must be at most 100`. */
  readonly problem: string
  /** What to write instead, in the imperative. */
  readonly remedy: string
}

/** As a sentence: the remedy last. */
export const describePlanProblem = (problem: PlanProblem): string =>
  `${statePlanProblem(problem)}. ${problem.remedy}`

/** What is wrong alone, as a sentence without a full stop. */
export function statePlanProblem({ field, value, problem }: PlanProblem): string {
  const got = value === undefined ? '' : `, got ${preview(value)}`
  return `${field} ${problem}${got}`
}

export const isWhole = (value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most

/** Above `low` and below `high`, neither included. */
export const isBetween = (value: unknown, low: number, high: number): boolean =>
  typeof value === 'number' && value > low && value < high

export const isFilled = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== ''
