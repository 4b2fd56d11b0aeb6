/** Two values on one line, each cut to what fits, so that one sees how they differ. */
export function renderChange(before: unknown, after: unknown, room: number): [string, string] {
  const start = sharedStart(before, after, room)
  return [brief(before, room, start), brief(after, room, start)]
}

/** A value on one line, from `start` on, cut to what fits. */
export function brief(value: unknown, room: number, start = 0): string {
  const text = onOneLine(value)
  if (text === undefined || text.length <= room) return String(text)
  const shown = start > 0 ? `…${text.slice(start)}` : text
  return shown.length <= room ? shown : `${shown.slice(0, room - 1)}…`
}

const onOneLine = (value: unknown): string | undefined =>
  typeof value === 'string' && !value.includes('\n') ? value : JSON.stringify(value)

/**
 * How much of two long values is the same and tells nothing: two images of one repository would
 * both be cut before they differ.
 */
function sharedStart(before: unknown, after: unknown, room: number): number {
  const [old, next] = [onOneLine(before), onOneLine(after)]
  if (old === undefined || next === undefined) return 0
  let end = 0
  while (end < old.length && old[end] === next[end]) end++
  return end < room / 2 ? 0 : old.slice(0, end).search(/[^/:@,{["\s]*$/)
}
