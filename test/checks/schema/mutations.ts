import type { SchemaNode } from '../../../checks/schema/schema-node.ts'
import { fieldPath } from '../../../manifests/field-path.ts'
import { isRecord, type KubernetesObject } from '../../../manifests/kubernetes-object.ts'

export type MutationClass =
  | 'unknown field'
  | 'wrong type'
  | 'missing field'
  | 'bad enum'
  | 'bad quantity'
  | 'bad format'
  | 'out of range'

/** A manifest with one thing broken. */
export interface Mutation {
  readonly class: MutationClass
  /** `Deployment spec.replicas = "3"`. */
  readonly description: string
  readonly manifest: KubernetesObject
}

type Path = readonly (string | number)[]

/** A place in a manifest, with its schema. */
interface Site {
  readonly path: Path
  readonly value: unknown
  readonly node: SchemaNode | undefined
}

/** What to write at a place, or in a field of it; `undefined` removes the field. */
interface Change {
  readonly class: MutationClass
  readonly field?: string
  readonly values: readonly unknown[]
}

/** Mappings whose keys the user chooses, by the field that they are in. */
const MAPS = new Set([
  'annotations',
  'binaryData',
  'capacity',
  'data',
  'default',
  'defaultRequest',
  'hard',
  'labels',
  'limits',
  'matchLabels',
  'nodeSelector',
  'parameters',
  'podFixed',
  'properties',
  'requests',
  'stringData',
])

/** Fields under which any value is right. */
const ANYTHING = new Set<unknown>(['enum', 'extra'])

/** What names the object: the request goes there. */
const ADDRESS = new Set(['apiVersion', 'kind', 'metadata.name'])

/** Numbers of pods, ports, seconds and percentages that most fields do not take. */
const ODD_NUMBERS: readonly unknown[] = [-1, 0, 65_536, 2 ** 31 - 1]
const ODD_AMOUNTS: readonly unknown[] = [-1, 0, 65_536, '', '25', '25%%', '-1%', '101%', 'no port!']

/** The last number that the check takes, on the way from a valid one to `end`. */
function lastTaken(node: SchemaNode, valid: number, end: number): number {
  const isTaken = (number: number) => node.checks.every((check) => check(number) === undefined)
  let [taken, refused] = [valid, end]
  if (isTaken(end)) return end
  while (Math.abs(refused - taken) > 1) {
    const middle = Math.trunc((taken + refused) / 2)
    if (isTaken(middle)) taken = middle
    else refused = middle
  }
  return taken
}

/** Every way of breaking a valid manifest once, place by place. */
export function* mutationsOf(manifest: KubernetesObject, root: SchemaNode): Iterable<Mutation> {
  for (const site of sitesOf({ path: [], value: manifest, node: root })) {
    for (const change of MUTATORS.flatMap((mutate) => mutate(site))) {
      const path = change.field === undefined ? site.path : [...site.path, change.field]
      for (const value of change.values) {
        yield {
          class: change.class,
          description: `${manifest.kind} ${fieldPath(path)} = ${JSON.stringify(value)}`,
          manifest: withValue(manifest, path, value) as KubernetesObject,
        }
      }
    }
  }
}

const MUTATORS: readonly ((site: Site) => readonly Change[])[] = [
  function wrongType({ path, value }) {
    if (path.length === 0 || value === null) return []
    return [{ class: 'wrong type', values: notLike(value) }]
  },

  function unknownField({ path, value }) {
    const name = path.findLast((segment) => typeof segment === 'string')
    const isMap = MAPS.has(String(name)) && typeof path.at(-1) === 'string'
    if (!isRecord(value) || isMap) return []
    const [first = 'name'] = Object.keys(value)
    return [
      { class: 'unknown field', field: 'unknownField', values: ['value', null] },
      { class: 'unknown field', field: `${first}s`, values: [value[first] ?? 'value'] },
    ]
  },

  function missingField({ value, node }) {
    if (!isRecord(value)) return []
    const required = node?.required ?? []
    return required.map((field) => ({ class: 'missing field', field, values: [undefined, null] }))
  },

  function badEnum({ node }) {
    return node?.enum === undefined ? [] : [{ class: 'bad enum', values: ['Bogus', 'bogus value'] }]
  },

  function badQuantity({ node }) {
    if (node?.type !== 'quantity') return []
    return [{ class: 'bad quantity', values: ['1x', '1 Gi', 'much', '', '1.2.3', '1GiB'] }]
  },

  function badNumber({ node }) {
    return node?.type === 'int-or-string' ? [{ class: 'bad format', values: [1.5, 2 ** 33] }] : []
  },

  function outOfRange({ value, node }) {
    if (node?.type === 'int-or-string') return [{ class: 'out of range', values: ODD_AMOUNTS }]
    if (node?.type !== 'integer' || typeof value !== 'number') return []
    const [least, most] = [lastTaken(node, value, -(2 ** 31)), lastTaken(node, value, 2 ** 31)]
    const ends = [least - 1, least, most, most + 1]
    return [{ class: 'out of range', values: [...new Set([...ODD_NUMBERS, ...ends])] }]
  },

  function badTime({ value }) {
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value)) return []
    const values = ['yesterday', '2026-02-30T12:00:00.000000Z', '2026-01-31']
    return [{ class: 'bad format', values }]
  },

  function badBase64({ path, value }) {
    const isBytes = path[0] === 'binaryData' || (path[0] === 'data' && value === 'dmFsdWU=')
    if (!isBytes || typeof value !== 'string') return []
    return [{ class: 'bad format', values: ['no base64!', 'abc'] }]
  },
]

/** Values of every other shape, save those that some field takes in place of it. */
function notLike(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return ['text', { a: 'b' }]
  if (isRecord(value)) return [7, ['text']]
  return typeof value === 'boolean' ? ['true', 1] : [true, {}]
}

function* sitesOf(site: Site): Iterable<Site> {
  const { path, value, node } = site
  if (ADDRESS.has(path.join('.')) || ANYTHING.has(path.at(-1))) return
  yield site
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* sitesOf({ path: [...path, index], value: item, node: node?.items })
    }
  } else if (isRecord(value)) {
    for (const [name, nested] of Object.entries(value)) {
      const child = node?.fields.get(name)?.node ?? node?.values
      yield* sitesOf({ path: [...path, name], value: nested, node: child })
    }
  }
}

function withValue(root: unknown, [segment, ...rest]: Path, value: unknown): unknown {
  if (segment === undefined) return value
  if (Array.isArray(root)) {
    return root.map((item, index) => (index === segment ? withValue(item, rest, value) : item))
  }
  const copy = { ...(isRecord(root) ? root : {}) }
  const changed = withValue(copy[segment], rest, value)
  if (changed !== undefined) return { ...copy, [segment]: changed }
  delete copy[segment]
  return copy
}
