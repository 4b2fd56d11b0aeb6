import { sortedKeys } from './sorted-keys.ts'
import { findUnwritable } from './unwritable-value.ts'

/**
 * The one JSON text of a value (RFC 8785): no spaces, fields sorted by UTF-16 code unit, `undefined`
 * fields left out. For hashing and comparing; how manifests look in YAML may change, this may not.
 *
 * @throws {UnwritableValueError} for what has no form in JSON, with the path of the field
 */
export function canonicalJson(value: unknown): string {
  const unwritable = findUnwritable(value)
  if (unwritable !== undefined) throw unwritable
  return write(value)
}

function write(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  const fields = value as Readonly<Record<string, unknown>>
  const members = sortedKeys(fields)
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${write(fields[name])}`)
  return `{${members.join(',')}}`
}
