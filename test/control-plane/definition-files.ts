import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadAll } from 'js-yaml'
import { isKubernetesObject, type KubernetesObject } from '../../manifests/kubernetes-object.ts'

/**
 * The CustomResourceDefinitions in the YAML files of a folder.
 *
 * @param mended makes YAML of a text that only Go takes for it
 */
export async function readDefinitions(
  folder: string,
  mended: (text: string) => string = (text) => text,
): Promise<readonly KubernetesObject[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts
    .flatMap((text) => loadAll(mended(text)).filter(isKubernetesObject))
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
}
