import { beforeEach, describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../../checks/schema/json-schema.ts'
import { MinorVersions } from '../../../checks/schema/minor-versions.ts'
import type { SchemaFile } from '../../../checks/schema/schema-file.ts'
import schemaFile from '../../../checks/schemas/kubernetes.json' with { type: 'json' }
import { compactSchema, shortName } from '../../../scripts/schemas/compact-schema.ts'
import { withNumberRanges } from '../../../scripts/schemas/number-ranges.ts'
import { withRequiredFields } from '../../../scripts/schemas/required-fields.ts'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { GoModule } from '../../control-plane/go-module.ts'
import { skipOnOtherVersions } from './skip-on-other-versions.ts'

const file = schemaFile as unknown as SchemaFile
const minors = new MinorVersions(file.minors)
const newest = minors.set(file.minors.slice(-1))
const isNewest = (range: JsonSchema['x-in']) => (minors.range(range) & newest) !== 0

/** A schema as only the newest minor version has it. */
function atNewest(schema: JsonSchema): JsonSchema {
  const { 'x-in': _, 'x-enum-in': enumIn, ...rest } = schema
  const { properties, items } = rest
  return {
    ...rest,
    ...(items !== undefined && { items: atNewest(items) }),
    ...(rest.enum !== undefined && {
      enum: rest.enum.filter((value) => isNewest(enumIn?.[String(value)])),
    }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties)
          .filter(([, property]) => isNewest(property['x-in']))
          .map(([name, property]) => [name, atNewest(property)]),
      ),
    }),
  }
}

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

const served = Object.entries(file.kinds).flatMap(([apiVersion, kinds]) =>
  Object.values(kinds).some((kind) => !kind.custom && !kind.offByDefault && isNewest(kind.in))
    ? [apiVersion]
    : [],
)

describe('The schemas', () => {
  it('are of the Kubernetes version that the tests run on', () => {
    const version = new GoModule('kubernetes').versionOf('k8s.io/kubernetes')
    const { sources } = file.about as { sources: readonly string[] }
    expect(
      sources.filter((source) => source.startsWith(`k8s.io/kubernetes@${version} `)),
    ).not.toEqual([])
    expect(version).toContain(`v${file.minors.at(-1)}.`)
  })
})

describeWithCluster('The schemas of the newest version', (cluster) => {
  beforeEach(skipOnOtherVersions(cluster))

  it.each(served)(
    'are those that the API server publishes for %s, field by field',
    async (apiVersion) => {
      const group = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`
      const { body } = await cluster.send({ path: `/openapi/v3/${group}` })
      const published: Record<string, JsonSchema> = {}
      const ours: Record<string, JsonSchema> = {}
      for (const [name, schema] of Object.entries((body as OpenApi).components.schemas)) {
        const short = shortName(name)
        const definition = file.definitions[short]
        if (definition === undefined) continue
        const complete = withRequiredFields(short, compactSchema(short, schema))
        published[short] = withNumberRanges(short, complete)
        ours[short] = atNewest(definition)
      }
      expect(Object.keys(ours)).not.toEqual([])
      expect(ours).toEqual(published)
    },
  )
})
