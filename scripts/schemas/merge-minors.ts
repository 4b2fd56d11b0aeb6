import type { JsonSchema, MinorRange } from '../../checks/schema/json-schema.ts'
import type { KindEntry } from '../../checks/schema/schema-file.ts'
import type { KubernetesMinor } from './kubernetes-minor.ts'
import { minorRange } from './minor-range.ts'
import { withNumberRanges } from './number-ranges.ts'
import { withRequiredFields } from './required-fields.ts'

type Kinds = Record<string, Record<string, KindEntry>>

/** All kinds of all versions, each with the range of versions that serve it. */
export function mergeKinds(minors: readonly KubernetesMinor[]): Kinds {
  const merged: Kinds = {}
  const names = minors.map(({ minor }) => minor)
  for (const apiVersion of new Set(minors.flatMap(({ kinds }) => [...kinds.keys()]))) {
    const served = minors.map(({ kinds }) => kinds.get(apiVersion))
    const ofVersion: Record<string, KindEntry> = {}
    merged[apiVersion] = ofVersion
    for (const kind of new Set(served.flatMap((kinds) => [...(kinds?.keys() ?? [])]))) {
      const range = minorRange(
        names,
        served.map((kinds) => kinds?.has(kind) ?? false),
      )
      const [definition] = served.flatMap((kinds) => kinds?.get(kind) ?? [])
      if (definition === undefined) continue
      ofVersion[kind] = {
        schema: { $ref: definition },
        ...(range !== undefined && { in: range }),
        ...(isOffByDefault(apiVersion) && { offByDefault: true }),
      }
    }
  }
  return merged
}

/** Beta versions are (KEP-3136), except for those that were served before that was decided. */
const isOffByDefault = (apiVersion: string): boolean =>
  apiVersion.includes('beta') && apiVersion !== 'flowcontrol.apiserver.k8s.io/v1beta3'

/** One schema per definition, in which each field and enum value says which versions have it. */
export function mergeDefinitions(minors: readonly KubernetesMinor[]): Map<string, JsonSchema> {
  const merged = new Map<string, JsonSchema>()
  for (const name of new Set(minors.flatMap(({ definitions }) => [...definitions.keys()]))) {
    const versions: Version[] = []
    for (const { minor, definitions } of minors) {
      const schema = definitions.get(name)
      if (schema !== undefined) versions.push({ minor, schema })
    }
    const schema = withRequiredFields(name, mergeVersions(name, versions))
    merged.set(name, withNumberRanges(name, schema))
  }
  return merged
}

interface Version {
  readonly minor: string
  readonly schema: JsonSchema
}

function mergeVersions(name: string, versions: readonly Version[]): JsonSchema {
  // The newest knows best what was always required: later releases only mend the markers.
  const newest = versions.at(-1)?.schema ?? {}
  if (newest.properties === undefined) return newest
  const minors = versions.map(({ minor }) => minor)
  const all = versions.map(({ schema }) => schema.properties ?? {})
  const properties: Record<string, JsonSchema> = {}
  for (const field of [...new Set(all.flatMap(Object.keys))].sort()) {
    const range = minorRange(
      minors,
      all.map((fields) => field in fields),
    )
    const present = versions.flatMap(({ minor, schema }) => {
      const property = schema.properties?.[field]
      return property === undefined ? [] : [{ minor, schema: property }]
    })
    const property = mergeProperty(`${name}.${field}`, present)
    properties[field] = range === undefined ? property : { ...property, 'x-in': range }
  }
  return { ...newest, properties }
}

/** Versions of a field may differ in the values of its enum, and in nothing else. */
function mergeProperty(path: string, versions: readonly Version[]): JsonSchema {
  const newest = versions.at(-1)?.schema ?? {}
  if (newest.items !== undefined) {
    const items = versions.map(({ minor, schema }) => ({ minor, schema: schema.items ?? {} }))
    return { ...newest, items: mergeProperty(path, items) }
  }
  const shapes = versions.map(({ schema }) => JSON.stringify({ ...schema, enum: undefined }))
  if (new Set(shapes).size > 1) throw new Error(`${path} changed its type: ${shapes.join(' ')}`)
  return newest.enum === undefined ? newest : { ...newest, ...mergeEnums(versions) }
}

function mergeEnums(versions: readonly Version[]): Pick<JsonSchema, 'enum' | 'x-enum-in'> {
  const minors = versions.map(({ minor }) => minor)
  const values = new Set(versions.flatMap(({ schema }) => schema.enum ?? []))
  const ranges: Record<string, MinorRange> = {}
  for (const value of values) {
    const range = minorRange(
      minors,
      // A version that had no marker for the enum yet is taken to have had the value.
      versions.map(({ schema }) => schema.enum?.includes(value) ?? true),
    )
    if (range !== undefined) ranges[String(value)] = range
  }
  const isSame = Object.keys(ranges).length === 0
  return { enum: [...values].sort(), ...(!isSame && { 'x-enum-in': ranges }) }
}
