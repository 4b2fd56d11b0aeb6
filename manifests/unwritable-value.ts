import { fieldPath } from './field-path.ts'
import { sortedKeys } from './sorted-keys.ts'

/**
 * How deep maps and lists may be nested: as deep as js-yaml reads unless told otherwise. Kubernetes'
 * own types stay below 20; only schemas of custom resources come near.
 */
export const MAX_DEPTH = 99

/** A value that has no form in a manifest: a function, a `Date`, a cycle, half a surrogate pair. */
export class UnwritableValueError extends Error {
  override readonly name = 'UnwritableValueError'
  readonly code = 'UNWRITABLE_VALUE'
  /** The field that holds the value: `spec.template.metadata.annotations.date`. */
  readonly field: string
  readonly remedy: string

  constructor(field: string, problem: UnwritableProblem) {
    super(`${field} ${problem.what}`)
    this.field = field
    this.remedy = problem.remedy
  }
}

type Segments = readonly (string | number)[]
type Ancestors = readonly object[]

interface UnwritableProblem {
  /** Continues the name of the field: `is a Date`. */
  readonly what: string
  readonly remedy: string
}

/**
 * Finds the first value, in the order of its fields, that cannot be written. Slow and exact: the
 * emitter only knows that there is one, so that it need not carry paths while all is well.
 */
export function findUnwritable(root: unknown): UnwritableValueError | undefined {
  return find(root, [], [])
}

function find(
  value: unknown,
  segments: Segments,
  ancestors: Ancestors,
): UnwritableValueError | undefined {
  const problem = problemOf(value, segments, ancestors)
  if (problem !== undefined) return new UnwritableValueError(fieldPath(segments), problem)
  return typeof value === 'object' && value !== null
    ? findInside(value, segments, [...ancestors, value])
    : undefined
}

function findInside(
  value: object,
  segments: Segments,
  ancestors: Ancestors,
): UnwritableValueError | undefined {
  for (const [segment, member] of membersOf(value)) {
    const inner = [...segments, segment]
    if (typeof segment === 'string' && !segment.isWellFormed()) {
      return new UnwritableValueError(fieldPath(inner), BROKEN_NAME)
    }
    const found = find(member, inner, ancestors)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether this is a map as written in a literal or read from JSON, and not an instance of a class. */
export function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  // The second test lets through the literals of another realm, as those of a test runner.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function membersOf(value: object): Iterable<readonly [string | number, unknown]> {
  if (Array.isArray(value)) return value.entries()
  const fields = value as Readonly<Record<string, unknown>>
  return sortedKeys(fields)
    .filter((name) => fields[name] !== undefined)
    .map((name) => [name, fields[name]])
}

function problemOf(
  value: unknown,
  segments: Segments,
  ancestors: Ancestors,
): UnwritableProblem | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : BROKEN_STRING
    case 'number':
      return Number.isFinite(value)
        ? undefined
        : { what: `is ${value}`, remedy: 'Write a finite number' }
    case 'boolean':
      return undefined
    case 'object':
      return value === null ? undefined : problemOfObject(value, segments, ancestors)
    case 'undefined':
      return { what: 'is undefined', remedy: 'Write null, or leave the item out of the list' }
    default:
      return {
        what: `is a ${typeof value}`,
        remedy: 'Write a string, number, boolean, null, list or plain object',
      }
  }
}

function problemOfObject(
  value: object,
  segments: Segments,
  ancestors: Ancestors,
): UnwritableProblem | undefined {
  const depth = ancestors.indexOf(value)
  if (depth >= 0) {
    return {
      what: `refers back to ${fieldPath(segments.slice(0, depth))}, which contains it`,
      remedy: 'Copy the part that is meant',
    }
  }
  if (ancestors.length >= MAX_DEPTH) {
    return { what: `is nested more than ${MAX_DEPTH} levels deep`, remedy: 'Write it flatter' }
  }
  if (Array.isArray(value) || isPlainObject(value)) return undefined
  return {
    what: `is an instance of ${value.constructor?.name || 'a class'}`,
    remedy: 'Convert it to a plain object, list or string first',
  }
}

const BROKEN_STRING: UnwritableProblem = {
  what: 'is a string with half a surrogate pair, which UTF-8 cannot express',
  remedy: 'Cut strings between characters, or encode binary data as base64',
}

const BROKEN_NAME: UnwritableProblem = {
  what: 'has a name with half a surrogate pair, which UTF-8 cannot express',
  remedy: BROKEN_STRING.remedy,
}
