import { at, items, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { SYNCED_SECTIONS } from '../manifests/layout.ts'
import { dnsLabelProblem } from '../manifests/names.ts'
import { syncOf } from '../rollouts/sync-of-object.ts'
import { syncName } from './suspended-sync.ts'

/**
 * The environment that a sync applies, by the folder of the branch that it is told: `prod` of
 * `./prod/traffic/shop`. `undefined` if it is told another one, which says nothing.
 */
export function environmentOfSync({ spec }: KubernetesObject): string | undefined {
  const sources = [at(spec, 'source'), ...items(at(spec, 'sources'))]
  const folders = [at(spec, 'path'), ...sources.map((source) => at(source, 'path'))]
  return folders.flatMap((folder) => environmentOfFolder(text(folder) ?? '') ?? [])[0]
}

/** `prod` of `./prod/traffic/shop`; `undefined` of what is laid out in another way. */
export function environmentOfFolder(folder: string): string | undefined {
  const [environment = '', section] = folder
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  const isSynced = SYNCED_SECTIONS.some((synced) => synced === section)
  return isSynced && dnsLabelProblem(environment) === undefined ? environment : undefined
}

/** Of some syncs, those that apply some objects: the others only apply those. */
export const appliersOf = (
  applied: readonly KubernetesObject[],
  syncs: readonly KubernetesObject[],
): readonly KubernetesObject[] =>
  syncs.filter((sync) =>
    applied.some((object) => {
      const owner = syncOf(object, sync.metadata.namespace ?? '')
      return owner !== undefined && syncName(owner) === syncName(sync)
    }),
  )

/** The one environment that syncs say; `undefined` if they say none, or several. */
export function onlyEnvironment(syncs: readonly KubernetesObject[]): string | undefined {
  const [environment, ...others] = new Set(syncs.flatMap((sync) => environmentOfSync(sync) ?? []))
  return others.length === 0 ? environment : undefined
}
