import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Values of the fields of one definition that have a closed set of them. */
export type Enums = ReadonlyMap<string, readonly string[]>

const FUNCTION = /^func schema_(?:k8sio_api|pkg_apis)_(\w+)\(ref /
const FIELD = /^\t{5}"([^"]+)": \{$/
const ENUM = /^\t+Enum:\s+\[\]interface\{\}\{(.*)\},$/

/**
 * Enums by definition. The OpenAPI documents in the Kubernetes source leave them out, and a running
 * API server has them; this generated file is what it has them from.
 */
export async function readEnums(kubernetesSource: string): Promise<ReadonlyMap<string, Enums>> {
  const file = join(kubernetesSource, 'pkg/generated/openapi/zz_generated.openapi.go')
  const enums = new Map<string, Map<string, readonly string[]>>()
  let definition = ''
  let field = ''
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    const start = FUNCTION.exec(line)?.[1]
    if (start !== undefined) definition = start.replaceAll('_', '.')
    field = FIELD.exec(line)?.[1] ?? field
    const values = ENUM.exec(line)?.[1]
    if (values === undefined) continue
    const ofDefinition = enums.get(definition) ?? new Map<string, readonly string[]>()
    enums.set(definition, ofDefinition.set(field, JSON.parse(`[${values}]`)))
  }
  if (enums.size === 0) throw new Error(`No enums found in ${file}`)
  return enums
}
