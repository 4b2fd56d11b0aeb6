import { sortedKeys } from './sorted-keys.ts'
import {
  findUnwritable,
  isPlainObject,
  MAX_DEPTH,
  UnwritableValueError,
} from './unwritable-value.ts'
import { inlineString, literalBlock } from './yaml-string.ts'

/**
 * Writes a value as block-style YAML, ending in a line break, without a document marker.
 *
 * Promised: equal values give equal bytes, in whatever order their fields were set (they are sorted
 * by UTF-16 code unit) and on every version of the runtime. Every string is read back as exactly
 * that string by readers of YAML 1.1 and 1.2 alike (go-yaml as in kubectl, PyYAML, js-yaml, `yaml`):
 * one that looks like anything else is quoted. Lines are never folded. Fields that are `undefined`
 * are left out, as in JSON; `null`, `{}` and `[]` are kept.
 *
 * Not promised: integers beyond 2^53, which are not exact before they arrive here.
 *
 * @throws {UnwritableValueError} for what has no form in a manifest, with the path of the field
 */
export function emitYaml(value: unknown): string {
  try {
    return inOnePiece(node('', value, 0))
  } catch (error) {
    if (error !== UNWRITABLE) throw error
    throw findUnwritable(value) ?? new UnwritableValueError('(root)', FICKLE)
  }
}

/**
 * The same text, laid out in one piece. What additions have made until then is a tree of all of its
 * parts, many times as large as the text: kept until thousands of files are written, that is most of
 * what the collector of garbage has to copy. Reading a character is what lays a text out.
 */
function inOnePiece(text: string): string {
  text.charCodeAt(0)
  return text
}

/** Thrown where something cannot be written; what and where is found out afterwards. */
const UNWRITABLE = new Error('Unwritable value')

const FICKLE = {
  what: 'has a getter whose value changes while it is read',
  remedy: 'Pass plain data, as a copy made by structuredClone',
}

/** By depth. Lists are indented inside of their field, as linters of YAML ask by default. */
const INDENTS: readonly string[] = Array.from({ length: MAX_DEPTH + 1 }, (_, depth) =>
  '  '.repeat(depth),
)

/** Readers limit a key to 1,024 characters, unless a question mark announces it. */
const LONGEST_IMPLICIT_KEY = 1000

/*
 * What follows takes the text so far and returns it with more at its end: one string that grows by a
 * line at a time is what the runtime is quickest at.
 */

/** Adds a value and the end of its last line, behind `- ` or at the start of the document. */
function node(text: string, value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) return `${text}${scalar(value, depth)}\n`
  const lines = collection(text, value, depth, '')
  return lines === text ? `${text}${emptyCollection(value)}\n` : lines
}

/** Adds a value behind `key:`. A list or map begins on the next line, if it has any. */
function field(text: string, value: unknown, depth: number): string {
  // Put together first and added at once, here and below: each addition to the long string costs.
  if (typeof value !== 'object' || value === null) return text.concat(` ${scalar(value, depth)}\n`)
  const lines = collection(text, value, depth, `\n${INDENTS[depth]}`)
  return lines === text ? `${text} ${emptyCollection(value)}\n` : lines
}

/** Adds the lines of a list or map, the first of them behind `start`; nothing if it has none. */
function collection(text: string, value: object, depth: number, start: string): string {
  if (depth >= MAX_DEPTH) throw UNWRITABLE
  if (Array.isArray(value)) return list(text, value, depth, start)
  if (isPlainObject(value)) return map(text, value, depth, start)
  throw UNWRITABLE
}

const emptyCollection = (value: object): string => (Array.isArray(value) ? '[]' : '{}')

function list(text: string, items: readonly unknown[], depth: number, start: string): string {
  let lines = text
  let before = `${start}- `
  // By index: a hole of a sparse list must be seen, not skipped.
  for (let index = 0; index < items.length; index++) {
    lines = node(lines + before, items[index], depth + 1)
    before = `${INDENTS[depth]}- `
  }
  return lines
}

function map(
  text: string,
  fields: Readonly<Record<string, unknown>>,
  depth: number,
  start: string,
): string {
  let lines = text
  let before = start
  for (const name of sortedKeys(fields)) {
    const value = fields[name]
    if (value === undefined) continue
    lines = field(lines + (before + key(name, depth)), value, depth + 1)
    before = INDENTS[depth] ?? ''
  }
  return lines
}

function key(name: string, depth: number): string {
  const text = quoteCached(name)
  return text.length <= LONGEST_IMPLICIT_KEY ? `${text}:` : `? ${text}\n${INDENTS[depth]}:`
}

function scalar(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return string(value, depth)
    case 'number':
      return number(value)
    case 'boolean':
      return value ? 'true' : 'false'
    default:
      if (value === null) return 'null'
      throw UNWRITABLE
  }
}

function string(text: string, depth: number): string {
  if (!text.includes('\n')) return quoteCached(text)
  if (!text.isWellFormed()) throw UNWRITABLE
  return literalBlock(text, INDENTS[depth] ?? '') ?? inlineString(text)
}

function number(value: number): string {
  if (!Number.isFinite(value)) throw UNWRITABLE
  // Without a decimal point YAML 1.1 reads `1e+21` as a string.
  return String(value).replace(/^(-?[0-9]+)e/, '$1.0e')
}

/** Manifests say the same words over and over: keys, kinds, labels. */
const cache = new Map<string, string>()
const CACHED_STRINGS = 10_000
const CACHED_LENGTH = 100

function quoteCached(text: string): string {
  const cached = cache.get(text)
  if (cached !== undefined) return cached
  if (!text.isWellFormed()) throw UNWRITABLE
  const quoted = inlineString(text)
  if (text.length > CACHED_LENGTH) return quoted
  if (cache.size >= CACHED_STRINGS) cache.clear()
  cache.set(text, quoted)
  return quoted
}
