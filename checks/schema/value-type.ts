import type { ValueType } from './schema-node.ts'
import { quoted } from './value-check.ts'

export function hasType(type: ValueType, value: unknown): boolean {
  // Those that most values are come first.
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    case 'quantity':
      return typeof value === 'string' || Number.isFinite(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'int-or-string':
      return typeof value === 'string' || Number.isInteger(value)
    case 'number':
      return Number.isFinite(value)
    case 'any':
      return true
  }
}

const NAMES: Readonly<Record<ValueType, string>> = {
  any: 'anything',
  array: 'a list',
  boolean: 'true or false',
  'int-or-string': 'a whole number or a string',
  integer: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  quantity: 'a quantity',
  string: 'a string',
}

export const describeWrongType = (type: ValueType, value: unknown): string =>
  `must be ${NAMES[type]}, got ${describe(value)}`

/** What to write instead of a value of another type: most often it is the quotes. */
export function remedyForType(type: ValueType, value: unknown): string {
  const isScalar = typeof value === 'number' || typeof value === 'boolean'
  if (type === 'string' && isScalar) return `Write ${JSON.stringify(String(value))}, in quotes`
  if (type === 'array' && value !== null) return 'Write it as an item of a list'
  if (typeof value === 'string' && hasType(type, fromText(value))) {
    return `Write ${value.trim()}, without quotes`
  }
  return `Write ${NAMES[type]}`
}

function fromText(value: string): unknown {
  const text = value.trim()
  if (/^(true|false)$/.test(text)) return text === 'true'
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return `the ${typeof value} ${quoted(value)}`
}
