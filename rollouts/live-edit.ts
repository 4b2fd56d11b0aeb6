import { fieldPath } from '../manifests/field-path.ts'
import { at, type Fields, fields, items, text } from '../manifests/fields.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { preview } from '../manifests/preview.ts'
import { STEP_ANNOTATION } from './render.ts'

/**
 * The first field of a Deployment's pod template that somebody has taken from the sync and made another
 * one, as the rest of a sentence: `has spec.template… "b" instead of "a", which kubectl-set has written`.
 * `undefined` if nobody has.
 *
 * By who owns it, and not by its value alone: what admission changes is owned by whoever applied the
 * object, and is as it should be, while an edit takes the field from them
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management).
 */
export function liveEdit(branch: KubernetesObject, live: KubernetesObject): string | undefined {
  const writers = items(live.metadata.managedFields).map(writerOf)
  const sync = writers.find(({ marks }) => marks)
  if (sync === undefined) return undefined
  for (const writer of writers.filter((each) => each !== sync)) {
    const edit = editedField(writer.template, {
      owned: sync.template,
      wanted: at(branch, 'spec', 'template'),
      there: at(live, 'spec', 'template'),
      path: ['spec', 'template'],
    })
    if (edit !== undefined) return `${edit}, which ${writer.name} has written`
  }
  return undefined
}

interface Writer {
  readonly name: string
  /** Whether it has written which step the object belongs to. */
  readonly marks: boolean
  /** What it owns of the pod template, in the form of `FieldsV1`. */
  readonly template: Fields
}

function writerOf(entry: unknown): Writer {
  const owned = at(entry, 'fieldsV1')
  return {
    name: text(at(entry, 'manager')) ?? 'somebody',
    marks: at(owned, 'f:metadata', 'f:annotations', `f:${STEP_ANNOTATION}`) !== undefined,
    template: fields(at(owned, 'f:spec', 'f:template')),
  }
}

interface Place {
  /** What the sync owns here. */
  readonly owned: unknown
  /** What the branch says. */
  readonly wanted: unknown
  readonly there: unknown
  readonly path: readonly (string | number)[]
}

/** Of what somebody owns, as the rest of a sentence. */
function editedField(theirs: Fields, place: Place): string | undefined {
  for (const [key, nested] of Object.entries(theirs)) {
    const inner = entered(key, place)
    if (inner === undefined) continue
    const isLeaf = Object.keys(fields(nested)).length === 0
    const edit = isLeaf ? difference(inner) : editedField(fields(nested), inner)
    if (edit !== undefined) return edit
  }
  return undefined
}

/** One level down, by a key of `FieldsV1`; `undefined` where the branch says nothing. */
function entered(key: string, { owned, wanted, there, path }: Place): Place | undefined {
  const isField = key.startsWith('f:')
  const inner = (value: unknown): unknown =>
    isField ? fields(value)[key.slice(2)] : items(value)[indexOf(key, items(value))]
  if (inner(wanted) === undefined) return undefined
  return {
    owned: fields(owned)[key],
    wanted: inner(wanted),
    there: inner(there),
    path: [...path, isField ? key.slice(2) : indexOf(key, items(wanted))],
  }
}

/** Of the item of a list that `k:{"name":"app"}` means; -1 if there is none. */
function indexOf(key: string, list: readonly unknown[]): number {
  if (!key.startsWith('k:')) return -1
  const wanted = Object.entries(JSON.parse(key.slice(2)) as Fields)
  return list.findIndex(
    (item) => isRecord(item) && wanted.every(([name, value]) => item[name] === value),
  )
}

function difference({ owned, wanted, there, path }: Place): string | undefined {
  if (owned !== undefined || JSON.stringify(wanted) === JSON.stringify(there)) return undefined
  return `has ${fieldPath(path)} ${preview(there)} instead of ${preview(wanted)}`
}
