import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** A folder with the objects as synth writes them, one a file. */
export function judgedFolder(objects: readonly KubernetesObject[]): string {
  const folder = temporaryFolder()
  for (const [index, object] of objects.entries()) {
    const app = join(folder, object.metadata.labels?.['app.kubernetes.io/name'] ?? '_other')
    mkdirSync(app, { recursive: true })
    writeFileSync(join(app, `${index}-${object.kind}.yaml`.toLowerCase()), emitYaml(object))
  }
  return folder
}
