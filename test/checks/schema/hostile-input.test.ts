import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kubernetesSchemas as schemas } from '../../../checks/schema/kubernetes-schemas.ts'
import { validateSchema } from '../../../checks/schema/validate-schema.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { widgetDefinition } from './manifests/widget.ts'
import { validManifests } from './valid-manifests.ts'

/** Whatever a YAML file can hold, with the names that are special to JavaScript. */
const anything = fc.jsonValue({ maxDepth: 4 })
const hostileName = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty')
const hostile = fc.oneof(anything, fc.dictionary(hostileName, anything))

describe('The schema check', () => {
  it('answers whatever the fields of an object hold', () => {
    const valid = fc.constantFrom(...validManifests)
    fc.assert(
      fc.property(valid, hostile, hostile, (manifest, spec, metadata) => {
        const object = { ...manifest, spec, metadata, rules: spec, data: spec } as never
        const problems = validateSchema(object, { schemas })
        expect(problems.every(({ message, remedy }) => message !== '' && remedy !== '')).toBe(true)
      }),
    )
  })

  it('answers whatever the kind is called', () => {
    const name = fc.oneof(hostileName, fc.string(), fc.constantFrom('v1', 'apps/v1', 'Deployment'))
    fc.assert(
      fc.property(name, name, (apiVersion, kind) => {
        const [problem] = validateSchema({ apiVersion, kind, metadata: { name: 'a' } }, { schemas })
        expect(['unknown-kind', 'unchecked-kind', 'missing-field', undefined]).toContain(
          problem?.code,
        )
      }),
    )
  })

  it('answers for the objects of a definition that is itself wrong', () => {
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' } }
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'items',
      'pattern',
      'enum',
      'not',
      'anyOf',
    )
    const anySchema = fc.oneof(hostile, fc.dictionary(keyword, hostile))
    fc.assert(
      fc.property(anySchema, hostile, (schema, spec) => {
        const properties = { spec: schema, [JSON.stringify(schema)]: schema }
        const broken = withSchema({ type: 'object', properties, required: schema })
        const own = schemas.withDefinitions([broken, withSchema(schema)])
        expect(validateSchema({ ...widget, spec }, { schemas: own })).toBeInstanceOf(Array)
      }),
    )
  })
})

function withSchema(openAPIV3Schema: unknown): KubernetesObject {
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }]
  return { ...widgetDefinition, spec: { ...(widgetDefinition.spec as object), versions } }
}
