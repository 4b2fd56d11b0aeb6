import { join } from 'node:path'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { readDefinitions } from './definition-files.ts'
import { GoModule } from './go-module.ts'
import { type ModuleSource, moduleSource } from './module-source.ts'

export const gatewayApiModule = (): Promise<ModuleSource> =>
  moduleSource('sigs.k8s.io/gateway-api', new GoModule('gateway-api').folder)

/** The CustomResourceDefinitions of the Gateway API's standard channel. */
export async function gatewayApiDefinitions(): Promise<readonly KubernetesObject[]> {
  const { folder } = await gatewayApiModule()
  return readDefinitions(join(folder, 'config', 'crd', 'standard'))
}
