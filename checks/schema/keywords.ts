import { formatCheck } from './formats.ts'
import type { JsonSchema } from './json-schema.ts'
import { compilePattern } from './pattern.ts'
import { type Complaint, quoted, type ValueCheck } from './value-check.ts'

/** What the keywords of a schema demand of a value, beyond its type and its parts. */
export function keywordChecks(schema: JsonSchema): readonly ValueCheck[] {
  const checks: ValueCheck[] = []
  for (const keyword of Object.keys(schema)) {
    if (!Object.hasOwn(KEYWORDS, keyword)) continue
    const check = KEYWORDS[keyword as keyof JsonSchema]?.(schema)
    if (check !== undefined) checks.push(check)
  }
  return checks
}

type Keywords = { [Keyword in keyof JsonSchema]?: (schema: JsonSchema) => ValueCheck | undefined }

const KEYWORDS: Keywords = {
  format: ({ format = '' }) => formatCheck(format),
  pattern: ({ pattern = '' }) => {
    const regExp = compilePattern(pattern)
    return ofString((value) => {
      if (regExp === undefined || regExp.test(value)) return undefined
      const message = `must match ${pattern}, got ${quoted(value)}`
      return { message, remedy: 'Write a value of that form' }
    })
  },
  minLength: ({ minLength = 0 }) =>
    ofString((value) => tooFew(characters(value), minLength, 'characters')),
  maxLength: ({ maxLength = 0 }) =>
    ofString((value) => tooMany(characters(value), maxLength, 'characters')),
  minItems: ({ minItems = 0 }) => ofArray((value) => tooFew(value.length, minItems, 'items')),
  maxItems: ({ maxItems = 0 }) => ofArray((value) => tooMany(value.length, maxItems, 'items')),
  uniqueItems: () =>
    ofArray((value) =>
      new Set(value.map((item) => JSON.stringify(item))).size === value.length
        ? undefined
        : { message: 'must not have an item twice', remedy: 'Remove the second one' },
    ),
  minProperties: ({ minProperties = 0 }) =>
    ofObject((value) => tooFew(Object.keys(value).length, minProperties, 'fields')),
  maxProperties: ({ maxProperties = 0 }) =>
    ofObject((value) => tooMany(Object.keys(value).length, maxProperties, 'fields')),
  minimum: ({ minimum = 0, exclusiveMinimum = false }) =>
    ofNumber((value) => {
      if (exclusiveMinimum ? value > minimum : value >= minimum) return undefined
      return outOf(exclusiveMinimum ? `more than ${minimum}` : `at least ${minimum}`, value)
    }),
  maximum: ({ maximum = 0, exclusiveMaximum = false }) =>
    ofNumber((value) => {
      if (exclusiveMaximum ? value < maximum : value <= maximum) return undefined
      return outOf(exclusiveMaximum ? `less than ${maximum}` : `at most ${maximum}`, value)
    }),
  multipleOf: ({ multipleOf = 1 }) =>
    ofNumber((value) =>
      Number.isInteger(value / multipleOf)
        ? undefined
        : outOf(`a multiple of ${multipleOf}`, value),
    ),
}

const ofString =
  (check: (value: string) => Complaint | undefined): ValueCheck =>
  (value) =>
    typeof value === 'string' ? check(value) : undefined

const ofNumber =
  (check: (value: number) => Complaint | undefined): ValueCheck =>
  (value) =>
    typeof value === 'number' ? check(value) : undefined

const ofArray =
  (check: (value: readonly unknown[]) => Complaint | undefined): ValueCheck =>
  (value) =>
    Array.isArray(value) ? check(value) : undefined

const ofObject =
  (check: (value: object) => Complaint | undefined): ValueCheck =>
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? check(value) : undefined

const outOf = (bound: string, value: number): Complaint => ({
  message: `must be ${bound}, got ${value}`,
  remedy: `Write a number that is ${bound}`,
})

const tooFew = (count: number, least: number, unit: string): Complaint | undefined =>
  count >= least
    ? undefined
    : { message: `must have at least ${least} ${unit}, has ${count}`, remedy: `Write more ${unit}` }

const tooMany = (count: number, most: number, unit: string): Complaint | undefined =>
  count <= most
    ? undefined
    : { message: `must have at most ${most} ${unit}, has ${count}`, remedy: `Write fewer ${unit}` }

/** The API server counts characters, JavaScript UTF-16 units. */
const characters = (value: string): number => Array.from(value).length
