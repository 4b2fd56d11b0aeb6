/** Longest value that a message shows, in characters. */
const LENGTH = 80
/** Levels of a value that are shown: it may be a whole tree of constructs, which lead to each other. */
const DEPTH = 3

/** A value for a message: on one line, never at length, whatever it is. */
export function preview(value: unknown): string {
  const text = write(value, DEPTH)
  return text.length > LENGTH ? `${text.slice(0, LENGTH - 3)}...` : text
}

function write(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    return depth === 0 ? '[…]' : `[${value.map((item) => write(item, depth - 1)).join()}]`
  }
  const name = value.constructor?.name ?? 'Object'
  if (name !== 'Object') return `a ${name}`
  if (depth === 0) return '{…}'
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [`${JSON.stringify(key)}:${write(member, depth - 1)}`],
  )
  return `{${members.join()}}`
}
