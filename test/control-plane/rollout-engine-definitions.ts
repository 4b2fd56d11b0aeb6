import { join } from 'node:path'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { readDefinitions } from './definition-files.ts'
import { moduleSource } from './module-source.ts'

/** The CustomResourceDefinitions of Flagger and Argo Rollouts. */
export async function rolloutEngineDefinitions(): Promise<readonly KubernetesObject[]> {
  const [flagger, argo] = await Promise.all([
    moduleSource('github.com/fluxcd/flagger@v1.44.0'),
    moduleSource('github.com/argoproj/argo-rollouts@v1.9.1'),
  ])
  const definitions = await Promise.all([
    readDefinitions(join(flagger.folder, 'artifacts', 'flagger'), furtherIn),
    readDefinitions(join(argo.folder, 'manifests', 'crds')),
  ])
  return definitions.flat()
}

/** Flagger's have texts in quotes whose lines stand no further in than their field. */
const furtherIn = (text: string): string =>
  text.replaceAll(/description: '[^'\n]*\n[^']*'/g, (description) =>
    description.replaceAll('\n', '\n    '),
  )
