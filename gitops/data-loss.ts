import { at, items, number } from '../manifests/fields.ts'
import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { ObjectTransition } from './object-transition.ts'
import type { Stop } from './stop.ts'

/** What data is lost by this change; `undefined` if none is. */
export function dataLoss({ object, before, after }: ObjectTransition): string | undefined {
  if (before === undefined) return undefined
  if (after === undefined) {
    return isKeptOnPrune(before.object) ? undefined : lossByDeletion(object, before.object)
  }
  return lossByScaling(object, before.object, after.object)
}

/** Changes that delete data, or the way to it. */
export function dataLossStops(transitions: readonly ObjectTransition[]): readonly Stop[] {
  return transitions.flatMap((transition): Stop[] => {
    const { object, before, after } = transition
    const message = dataLoss(transition)
    if (message === undefined || before === undefined) return []
    const way =
      after === undefined
        ? 'To keep it, first publish it with the annotation ' +
          '`kustomize.toolkit.fluxcd.io/prune: disabled` (Flux) or ' +
          '`argocd.argoproj.io/sync-options: Prune=false` (Argo CD), then remove it: the cluster ' +
          'keeps it as an orphan'
        : 'To keep it, set `whenScaled: Retain`'
    return [
      {
        kind: 'deletes-data',
        object,
        message,
        remedy: `${way}. To go ahead: --allow-destroy '${object}'`,
        files: [before.path],
      },
    ]
  })
}

function lossByDeletion(name: string, object: KubernetesObject): string | undefined {
  const { group, kind } = identityOf(object)
  switch (`${group}/${kind}`) {
    case '/PersistentVolumeClaim':
      return `${name} would be deleted, and the data of its volume with it`
    case '/PersistentVolume':
      return `${name} would be deleted, and nothing would lead to its data any more`
    case '/Namespace':
      return `${name} would be deleted, and everything in it`
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return `${name} would be deleted, and all objects of its kind`
    case 'apps/StatefulSet':
      return lossOfStatefulSet(name, object)
    default:
      return undefined
  }
}

function lossOfStatefulSet(name: string, object: KubernetesObject): string | undefined {
  if (items(at(object, 'spec', 'volumeClaimTemplates')).length === 0) return undefined
  return at(object, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete'
    ? `${name} would be deleted, and its claims and their data with it`
    : `${name} would be deleted; its claims stay, and nothing would use their data any more`
}

function lossByScaling(
  name: string,
  before: KubernetesObject,
  after: KubernetesObject,
): string | undefined {
  const policy = at(after, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled')
  if (after.kind !== 'StatefulSet' || policy !== 'Delete') return undefined
  const [old, next] = [before, after].map((object) => number(at(object, 'spec', 'replicas')) ?? 1)
  if (old === undefined || next === undefined || next >= old) return undefined
  return `${name} would go from ${old} to ${next} pods, and the claims of the others would be deleted`
}

/** Whether whoever syncs leaves the object in the cluster when its file goes. */
function isKeptOnPrune({ metadata }: KubernetesObject): boolean {
  const { annotations = {} } = metadata
  return (
    annotations['kustomize.toolkit.fluxcd.io/prune'] === 'disabled' ||
    /(?:^|,)\s*Prune=false/.test(annotations['argocd.argoproj.io/sync-options'] ?? '')
  )
}
