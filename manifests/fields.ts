import { isRecord } from './kubernetes-object.ts'

/** A YAML mapping of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>

const NO_FIELDS: Fields = Object.freeze({})
const NO_ITEMS: readonly unknown[] = Object.freeze([])

/** The value as a mapping; an empty one if it is something else, which is for the schema to report. */
export const fields = (value: unknown): Fields => (isRecord(value) ? value : NO_FIELDS)

/** The value as a list; an empty one if it is something else. */
export const items = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : NO_ITEMS

/** The value of a nested field: `at(object, 'spec', 'strategy', 'type')`. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value
  for (const name of path) {
    if (!isRecord(current)) return undefined
    current = current[name]
  }
  return current
}

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

export const number = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined
