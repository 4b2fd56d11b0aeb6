import type { JsonSchema } from '../../checks/schema/json-schema.ts'
import type { Enums } from './enums.ts'

/** `core.v1.Container` for `io.k8s.api.core.v1.Container`. */
export const shortName = (name: string): string =>
  name.replace(/^io\.k8s\.(?:api|[a-z-]+\.pkg\.(?:apis|api))\.(?=\w+\.v\d|\w+\.[A-Z])/, '')

/** Types of Kubernetes that write themselves in a form of their own, which OpenAPI cannot tell. */
const SPECIAL: Readonly<Record<string, JsonSchema>> = {
  'resource.Quantity': { format: 'quantity' },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { format: 'int-or-string' },
  'meta.v1.Time': { type: 'string', format: 'date-time' },
  'meta.v1.MicroTime': { type: 'string', format: 'micro-time' },
  'meta.v1.FieldsV1': {},
  'io.k8s.apimachinery.pkg.runtime.RawExtension': {},
  'apiextensions.v1.JSONSchemaPropsOrArray': { $ref: 'apiextensions.v1.JSONSchemaProps' },
  'apiextensions.v1.JSONSchemaPropsOrBool': {
    anyOf: [{ type: 'boolean' }, { $ref: 'apiextensions.v1.JSONSchemaProps' }],
  },
}

/** What each schema says in prose, or to other programs. */
const DROPPED: ReadonlySet<string> = new Set([
  'description',
  'x-kubernetes-group-version-kind',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-unions',
  'x-kubernetes-validations',
])

/** The defaults of Kubernetes' own kinds are those of its code; their OpenAPI only echoes Go's zero values. */
const DROPPED_OF_OWN_KINDS: ReadonlySet<string> = new Set([...DROPPED, 'default'])

/** The schema of one definition without prose, with short names and with its enums. */
export function compactSchema(name: string, schema: JsonSchema, enums?: Enums): JsonSchema {
  const special = SPECIAL[name]
  if (special !== undefined) return special
  const compact = compactNested(schema, DROPPED_OF_OWN_KINDS)
  if (compact.properties === undefined || enums === undefined) return compact
  const properties = Object.entries(compact.properties).map(([field, property]) => {
    const values = enums.get(field)
    return [field, values === undefined ? property : withEnum(property, values)]
  })
  return { ...compact, properties: Object.fromEntries(properties) }
}

/** Drops the prose of a schema and of all in it. */
export function compactNested(schema: JsonSchema, dropped = DROPPED): JsonSchema {
  // `allOf` with one reference is how OpenAPI 3.0 puts a description beside it.
  const only = schema.allOf?.length === 1 ? schema.allOf[0] : undefined
  if (only?.$ref !== undefined) return reference(only.$ref)
  if (schema.$ref !== undefined) return reference(schema.$ref)
  const entries = Object.entries(schema).filter(([key]) => !dropped.has(key))
  return Object.fromEntries(
    entries.map(([key, value]) => [key, compactKeyword(key, value, dropped)]),
  )
}

function compactKeyword(key: string, value: unknown, dropped: ReadonlySet<string>): unknown {
  const nested = (schema: JsonSchema): JsonSchema => compactNested(schema, dropped)
  switch (key) {
    case 'properties': {
      const properties = Object.entries(value as Record<string, JsonSchema>)
      return Object.fromEntries(properties.map(([name, schema]) => [name, nested(schema)]))
    }
    case 'items':
    case 'not':
      return nested(value as JsonSchema)
    case 'additionalProperties':
      return typeof value === 'boolean' ? value : nested(value as JsonSchema)
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return (value as readonly JsonSchema[]).map(nested)
    default:
      return value
  }
}

const reference = (ref: string): JsonSchema => ({
  $ref: shortName(ref.replace('#/components/schemas/', '')),
})

/** An enum of a list or map is one of its values. */
function withEnum(schema: JsonSchema, values: readonly string[]): JsonSchema {
  if (schema.items !== undefined) return { ...schema, items: withEnum(schema.items, values) }
  const each = schema.additionalProperties
  if (typeof each === 'object') return { ...schema, additionalProperties: withEnum(each, values) }
  return { ...schema, enum: values }
}
