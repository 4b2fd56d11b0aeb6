/**
 * `npm run generate-schemas`: writes `checks/schemas/kubernetes.json`, which the schema check reads,
 * from the sources of Kubernetes, the Gateway API and Flux, as Go modules. Give it a new minor version
 * here, and the same version to the control plane of the tests, which proves the file.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { customKinds } from '../checks/schema/custom-kinds.ts'
import type { JsonSchema } from '../checks/schema/json-schema.ts'
import type { SchemaFile } from '../checks/schema/schema-file.ts'
import { fluxDefinitions, fluxModules } from '../test/control-plane/flux-definitions.ts'
import { gatewayApiDefinitions, gatewayApiModule } from '../test/control-plane/gateway-api.ts'
import { type ModuleSource, moduleSource } from '../test/control-plane/module-source.ts'
import { compactNested } from './schemas/compact-schema.ts'
import { readKubernetesMinor } from './schemas/kubernetes-minor.ts'
import { mergeDefinitions, mergeKinds } from './schemas/merge-minors.ts'
import { printSchemaFile } from './schemas/print-schema-file.ts'
import { readRetiredKinds } from './schemas/retired-kinds.ts'

const KUBERNETES = ['v1.31.14', 'v1.32.13', 'v1.33.13', 'v1.34.4', 'v1.35.4', 'v1.36.3']

/** Old ones still have the types of API versions that were removed long ago. */
const API_TYPES = [
  'k8s.io/api@v0.31.14',
  'k8s.io/apiextensions-apiserver@v0.31.14',
  'k8s.io/kube-aggregator@v0.36.3',
  'k8s.io/api@v0.36.3',
]

const OUTPUT = join(import.meta.dirname, '../checks/schemas/kubernetes.json')

async function main(): Promise<void> {
  const minors = []
  for (const version of KUBERNETES) minors.push(await readKubernetesMinor(version))
  const apiTypes = await Promise.all(API_TYPES.map((module) => moduleSource(module)))
  const customDefinitions = [...(await gatewayApiDefinitions()), ...(await fluxDefinitions())]
  const customModules = [await gatewayApiModule(), ...(await fluxModules())]
  const kinds = mergeKinds(minors)
  const file: SchemaFile = {
    about: {
      what: 'Kinds of Kubernetes, the Gateway API (standard channel) and Flux, for the schema check',
      generatedBy: 'npm run generate-schemas',
      license: 'Apache-2.0, the Kubernetes authors and the Flux authors',
      sources: [
        ...minors.map(({ source }) => describeSource(source)),
        ...[...apiTypes, ...customModules].map(describeSource),
      ],
    },
    minors: minors.map(({ minor }) => minor),
    kinds: { ...kinds, ...compactKinds(customKinds(customDefinitions)) },
    retired: onlyGone(await readRetiredKinds(apiTypes.map(({ folder }) => folder)), kinds),
    definitions: reachable(kinds, mergeDefinitions(minors)),
  }
  const text = printSchemaFile(file)
  writeFileSync(OUTPUT, text)
  const count = Object.values(file.kinds).flatMap(Object.keys).length
  console.log(`Wrote ${count} kinds, ${Math.round(text.length / 1024)} KiB: ${OUTPUT}`)
}

const describeSource = ({ path, version, checksum }: ModuleSource): string =>
  `${path}@${version} ${checksum}`

function compactKinds(kinds: SchemaFile['kinds']): SchemaFile['kinds'] {
  const compact = (ofVersion: SchemaFile['kinds'][string]) =>
    mapValues(ofVersion, (entry) => ({ ...entry, schema: compactNested(entry.schema) }))
  return mapValues(kinds, compact)
}

const mapValues = <Value>(record: Readonly<Record<string, Value>>, map: (value: Value) => Value) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))

/** Leaves out kinds whose removal is planned but did not come, or lies ahead. */
function onlyGone(retired: SchemaFile['retired'], kinds: SchemaFile['kinds']) {
  const gone: Record<string, SchemaFile['retired'][string]> = {}
  for (const [apiVersion, ofVersion] of Object.entries(retired)) {
    const entries = Object.entries(ofVersion).filter(([kind]) => {
      const entry = kinds[apiVersion]?.[kind]
      return entry === undefined ? !apiVersion.includes('alpha') : !(entry.in ?? '-').endsWith('-')
    })
    if (entries.length > 0) gone[apiVersion] = Object.fromEntries(entries)
  }
  return gone
}

/** Definitions that some kind needs, directly or through others. */
function reachable(
  kinds: SchemaFile['kinds'],
  definitions: ReadonlyMap<string, JsonSchema>,
): Record<string, JsonSchema> {
  const needed = new Map<string, JsonSchema>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { $ref: name } = value as JsonSchema
    if (typeof name === 'string' && !needed.has(name)) {
      const definition = definitions.get(name)
      if (definition === undefined) throw new Error(`No definition of ${name}`)
      needed.set(name, definition)
      visit(definition)
    }
    for (const nested of Object.values(value)) visit(nested)
  }
  visit(kinds)
  return Object.fromEntries([...needed].sort(([a], [b]) => (a < b ? -1 : 1)))
}

await main()
