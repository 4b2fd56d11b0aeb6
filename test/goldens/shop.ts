import { synthesize } from '../../cli/synthesize.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { ROOT } from '../meta/repository.ts'

/** The shop of `apps/` as it is synthesized, objects by environment. */
export async function shopObjects(): Promise<ReadonlyMap<string, readonly KubernetesObject[]>> {
  const signal = new AbortController().signal
  const terminal = { cwd: ROOT, env: process.env, err: () => {}, signal }
  const { renderings } = await synthesize({ app: 'node apps/main.ts', detail: 'objects', terminal })
  return new Map(
    renderings.map(({ environment, files }) => [
      environment,
      files.flatMap(({ object }) => object ?? []),
    ]),
  )
}
