import { join } from 'node:path'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { readDefinitions } from './definition-files.ts'
import { type ModuleSource, moduleSource } from './module-source.ts'

/** Kustomization, and the kinds that it takes its source from. */
const MODULES = [
  'github.com/fluxcd/kustomize-controller@v1.7.3',
  'github.com/fluxcd/source-controller@v1.7.3',
]

export const fluxModules = (): Promise<readonly ModuleSource[]> =>
  Promise.all(MODULES.map((module) => moduleSource(module)))

/** The CustomResourceDefinitions of Flux that say what is synced from where. */
export async function fluxDefinitions(): Promise<readonly KubernetesObject[]> {
  const modules = await fluxModules()
  const definitions = modules.map(({ folder }) => readDefinitions(join(folder, 'config/crd/bases')))
  return (await Promise.all(definitions)).flat()
}
