import { constructFromEvents, EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml'
import { isKubernetesObject, isRecord, type KubernetesObject } from './kubernetes-object.ts'
import { KUBERNETES_YAML_SCHEMA } from './kubernetes-yaml-schema.ts'
import { UnreadableManifestError } from './unreadable-manifest-error.ts'
import { documentRoots, listItems, offsetOf, positionFinder } from './yaml-positions.ts'

/** One document of a file, or one item of a list in it. */
export interface ReadManifest {
  readonly value: unknown
  /** Where it starts in the file, from 1. */
  readonly line: number
  /** The value, if it is a Kubernetes object. */
  readonly object?: KubernetesObject
}

/**
 * Reads all documents of a file in YAML or JSON, as Kubernetes would: `yes`, `on` and `y` are
 * booleans, `017` and `0o17` are 15, timestamps and `1:30` are strings, `<<` merges. Items of a
 * `List` (of any kind that ends so and has `items`) come one by one, as kubectl applies them.
 * Empty documents are skipped.
 *
 * Differs from kubectl on purpose in that a key written twice is an error. Differs for want of a
 * better way in that integers beyond 2^53 are rounded, and that tags other than `!!str`, `!!int`,
 * `!!float`, `!!bool`, `!!null`, `!!seq` and `!!map` are errors, where kubectl knows `!!binary`.
 *
 * @param file only for errors
 * @throws {UnreadableManifestError}
 */
export function readManifests(text: string, file: string): ReadManifest[] {
  const { events, documents } = parse(text, file)
  const roots = documentRoots(events)
  const positionOf = positionFinder(text)
  const lineOf = (event: number): number => positionOf(offsetOf(events[event]) ?? 0).line
  return documents.flatMap((value, index) => {
    const root = roots[index] ?? 0
    if (value === null || value === undefined) return []
    if (!isList(value)) return [readManifest(value, lineOf(root))]
    const items = listItems(events, root, text)
    return value.items.flatMap((item, position) =>
      expand(itemOf(value, item), lineOf(items[position] ?? root)),
    )
  })
}

/** More than any manifest has, and little enough to walk at once. */
const MAX_NODES_WITH_ALIASES = 1_000_000

interface Parsed {
  readonly events: readonly Event[]
  readonly documents: readonly unknown[]
}

function parse(text: string, file: string): Parsed {
  try {
    const events = parseEvents(text, { filename: file })
    const documents = constructFromEvents(events, {
      source: text,
      filename: file,
      schema: KUBERNETES_YAML_SCHEMA,
    })
    const alias = events.find((event) => event.type === EVENT_ID.ALIAS)
    if (alias !== undefined && expandsTooFar(documents)) {
      throw new UnreadableManifestError(
        { file, ...positionFinder(text)(alias.anchorStart - 1) },
        'aliases contain themselves, or expand to more than a million values',
      )
    }
    return { events, documents }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const { line = 0, column = 0 } = error.mark ?? {}
    throw new UnreadableManifestError({ file, line: line + 1, column: column + 1 }, error.reason, {
      cause: error,
    })
  }
}

/** Whether a few lines with aliases stand for more than anybody could write out, or for a cycle. */
function expandsTooFar(documents: readonly unknown[]): boolean {
  const open: unknown[] = [...documents]
  for (let visited = 0; open.length > 0; visited++) {
    if (visited + open.length > MAX_NODES_WITH_ALIASES) return true
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    for (const member of Object.values(value)) open.push(member)
  }
  return false
}

interface List {
  readonly apiVersion: string
  readonly kind: string
  readonly items: readonly unknown[]
}

const isList = (value: unknown): value is List =>
  isRecord(value) &&
  typeof value.apiVersion === 'string' &&
  typeof value.kind === 'string' &&
  value.kind.endsWith('List') &&
  Array.isArray(value.items)

/** Items of a typed list, as a `ConfigMapList`, need not say what they are. */
function itemOf({ apiVersion, kind }: List, item: unknown): unknown {
  const isTyped = kind !== 'List'
  if (!isTyped || !isRecord(item) || item.kind !== undefined || item.apiVersion !== undefined) {
    return item
  }
  return { apiVersion, kind: kind.slice(0, -'List'.length), ...item }
}

/** Lists inside of lists have no lines of their own. */
function expand(value: unknown, line: number): ReadManifest[] {
  if (!isList(value)) return [readManifest(value, line)]
  return value.items.flatMap((item) => expand(itemOf(value, item), line))
}

const readManifest = (value: unknown, line: number): ReadManifest =>
  isKubernetesObject(value) ? { value, line, object: value } : { value, line }
