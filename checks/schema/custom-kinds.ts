import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { JsonSchema } from './json-schema.ts'
import type { KindEntry, SchemaFile } from './schema-file.ts'

/**
 * The kinds that CustomResourceDefinitions define, in every version that they serve. Other objects,
 * and what is wrong with a definition itself, are passed over.
 */
export function customKinds(objects: readonly KubernetesObject[]): SchemaFile['kinds'] {
  const kinds: Record<string, Record<string, KindEntry>> = {}
  for (const { kind, spec } of objects) {
    if (kind !== 'CustomResourceDefinition' || !isRecord(spec)) continue
    const defined = isRecord(spec.names) ? spec.names.kind : undefined
    if (typeof defined !== 'string' || !Array.isArray(spec.versions)) continue
    for (const { name, schema } of servedVersions(spec.versions)) {
      const apiVersion = `${spec.group}/${name}`
      kinds[apiVersion] = { ...kinds[apiVersion], [defined]: { schema, custom: true } }
    }
  }
  return kinds
}

function* servedVersions(
  versions: readonly unknown[],
): Iterable<{ readonly name: unknown; readonly schema: JsonSchema }> {
  for (const version of versions) {
    if (!isRecord(version) || version.served === false || !isRecord(version.schema)) continue
    const { openAPIV3Schema: schema } = version.schema
    if (isRecord(schema)) yield { name: version.name, schema: withoutNulls(schema) as JsonSchema }
  }
}

/** Keywords that hold values, of which `null` may be one. */
const VALUES = new Set(['default', 'enum', 'example'])

/** Elsewhere in a definition `null` stands for what is not there. */
function withoutNulls(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutNulls)
  if (!isRecord(schema)) return schema
  const entries = Object.entries(schema).filter(([, value]) => value !== null)
  return Object.fromEntries(
    entries.map(([key, value]) => [key, VALUES.has(key) ? value : withoutNulls(value)]),
  )
}
