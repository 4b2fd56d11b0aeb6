import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonSchema } from '../../checks/schema/json-schema.ts'
import { type ModuleSource, moduleSource } from '../../test/control-plane/module-source.ts'
import { compactSchema, shortName } from './compact-schema.ts'
import { readEnums } from './enums.ts'

/** What one minor version of Kubernetes serves. */
export interface KubernetesMinor {
  /** `1.36`. */
  readonly minor: string
  readonly source: ModuleSource
  /** Kinds that can be created, by `apiVersion`, then kind; the value names a definition. */
  readonly kinds: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly definitions: ReadonlyMap<string, JsonSchema>
}

interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

interface Operation {
  readonly 'x-kubernetes-group-version-kind'?: GroupVersionKind
}

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, { readonly patch?: Operation }>>
  readonly components?: { readonly schemas?: Readonly<Record<string, OpenApiSchema>> }
}

export interface OpenApiSchema extends JsonSchema {
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[]
}

/**
 * Reads the OpenAPI documents that each Kubernetes release carries in its source, which are exact
 * but for enums, and the enums from the Go code that those documents are generated from.
 */
export async function readKubernetesMinor(version: string): Promise<KubernetesMinor> {
  const source = await moduleSource(`k8s.io/kubernetes@${version}`)
  const { folder } = source
  const enums = await readEnums(folder)
  const kinds = new Map<string, Map<string, string>>()
  const definitions = new Map<string, JsonSchema>()
  for (const document of await openApiDocuments(join(folder, 'api/openapi-spec/v3'))) {
    const schemas = document.components?.schemas ?? {}
    for (const [name, schema] of Object.entries(schemas)) {
      const short = shortName(name)
      definitions.set(short, compactSchema(short, schema, enums.get(short)))
    }
    for (const applied of appliedKinds(document)) {
      const apiVersion = [applied.group, applied.version].filter(Boolean).join('/')
      const ofVersion = kinds.get(apiVersion) ?? new Map<string, string>()
      kinds.set(apiVersion, ofVersion.set(applied.kind, definitionOf(applied, schemas)))
    }
  }
  const minor = version.split('.', 2).join('.').slice(1)
  return { minor, source, kinds, definitions }
}

async function openApiDocuments(folder: string): Promise<readonly OpenApiDocument[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('_openapi.json')).sort()
  return Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8'))),
  )
}

/** Kinds that stand for themselves, unlike `Scale` or `Eviction`, which are parts of others. */
function appliedKinds({ paths }: OpenApiDocument): readonly GroupVersionKind[] {
  return (
    Object.entries(paths)
      .filter(([path]) => path.endsWith('/{name}'))
      .flatMap(([, { patch }]) => patch?.['x-kubernetes-group-version-kind'] ?? [])
      // Alpha versions are off unless a cluster is set up for experiments.
      .filter(({ version }) => !version.includes('alpha'))
  )
}

function definitionOf(
  { group, version, kind }: GroupVersionKind,
  schemas: Readonly<Record<string, OpenApiSchema>>,
): string {
  for (const [name, schema] of Object.entries(schemas)) {
    const stated = schema['x-kubernetes-group-version-kind']
    const isIt = (stated ?? []).some(
      (it) => it.group === group && it.version === version && it.kind === kind,
    )
    if (isIt) return shortName(name)
  }
  throw new Error(`No definition of ${group}/${version} ${kind}`)
}
