import { EVENT_ID, type Event, getScalarValue } from 'js-yaml'

/*
 * Where things stand in a file, from the events of its parser. An index counts events, an offset
 * characters.
 */

/** Indexes of the first event of each document. */
export function documentRoots(events: readonly Event[]): readonly number[] {
  return events.flatMap((event, index) => (event.type === EVENT_ID.DOCUMENT ? [index + 1] : []))
}

/** Indexes of the items in the field `items` of the map that begins at `root`. */
export function listItems(events: readonly Event[], root: number, text: string): readonly number[] {
  const members = childrenOf(events, root)
  const name = members.findIndex((index, position) => {
    const event = events[index]
    return (
      position % 2 === 0 &&
      event?.type === EVENT_ID.SCALAR &&
      getScalarValue(text, event) === 'items'
    )
  })
  const value = name < 0 ? undefined : members[name + 1]
  return value === undefined ? [] : childrenOf(events, value)
}

/** Where what an event begins is written; `undefined` for what is not written, as an empty value. */
export function offsetOf(event: Event | undefined): number | undefined {
  switch (event?.type) {
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start
    case EVENT_ID.SCALAR:
      return event.valueStart < 0 ? undefined : event.valueStart
    case EVENT_ID.ALIAS:
      return event.anchorStart
    default:
      return undefined
  }
}

/** Line and column, both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Finds the position of an offset. Quick for offsets that grow from call to call. */
export function positionFinder(text: string): (offset: number) => Position {
  let line = 1
  let lineStart = 0
  return (offset) => {
    if (offset < lineStart) {
      line = 1
      lineStart = 0
    }
    for (let end = text.indexOf('\n', lineStart); end >= 0 && end < offset; ) {
      line++
      lineStart = end + 1
      end = text.indexOf('\n', lineStart)
    }
    return { line, column: offset - lineStart + 1 }
  }
}

/** Indexes of the members of the list or map that begins at `index`: of a map, names and values. */
function childrenOf(events: readonly Event[], index: number): readonly number[] {
  const children: number[] = []
  let depth = 0
  for (let current = index; current < events.length; current++) {
    const type = events[current]?.type
    if (type === EVENT_ID.POP) depth--
    else if (depth === 1) children.push(current)
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++
    if (depth === 0) break
  }
  return children
}
