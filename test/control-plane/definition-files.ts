import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadAll } from 'js-yaml'
import { isKubernetesObject, type KubernetesObject } from '../../manifests/kubernetes-object.ts'

/** The CustomResourceDefinitions in the YAML files of a folder. */
export async function readDefinitions(folder: string): Promise<readonly KubernetesObject[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts
    .flatMap((text) => loadAll(text).filter(isKubernetesObject))
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
}
