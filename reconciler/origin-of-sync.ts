import { at, items, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { environmentOfFolder } from './environment-of-sync.ts'
import { sourceOf } from './source-of-kustomization.ts'

/** What a sync says of where in Git its objects come from. */
export interface Origin {
  /** Address of the repository; absent if it does not say. */
  readonly repository?: string
  /** Branch or tag; absent if it does not say, or means the default branch. */
  readonly revision?: string
  /** The one commit that it stays at; absent if it follows something. */
  readonly commit?: string
}

/**
 * Where a Kustomization or an Application takes its objects from, so far as that is one place in Git.
 *
 * @throws {KubernetesError}
 */
export const originOf = async (objects: ClusterObjects, sync: KubernetesObject): Promise<Origin> =>
  sync.kind === 'Application' ? originOfApplication(sync) : originOfKustomization(objects, sync)

async function originOfKustomization(
  objects: ClusterObjects,
  kustomization: KubernetesObject,
): Promise<Origin> {
  const source = sourceOf(kustomization)
  const spec = source.kind === 'GitRepository' ? (await objects.find(source))?.spec : undefined
  const reference = at(spec, 'ref')
  // The order in which source-controller takes them.
  const said = ['commit', 'name', 'semver', 'tag', 'branch'].find(
    (field) => text(at(reference, field)) !== undefined,
  )
  return origin(at(spec, 'url'), said === undefined ? undefined : at(reference, said))
}

/** Others of its sources may be charts, and files of values. */
function originOfApplication({ spec }: KubernetesObject): Origin {
  const sources = [at(spec, 'source'), ...items(at(spec, 'sources'))]
  const folders = sources.filter((source) => text(at(source, 'path')) !== undefined)
  const ours = folders.filter((source) => environmentOfFolder(text(at(source, 'path')) ?? ''))
  const [only, ...others] = ours.length > 0 ? ours : folders
  if (others.length > 0) return {}
  return origin(at(only, 'repoURL'), at(only, 'targetRevision'))
}

function origin(address: unknown, reference: unknown): Origin {
  const repository = text(address)
  const said = text(reference)?.replace(/^refs\/heads\//, '') ?? ''
  const where = repository === undefined ? {} : { repository }
  if (/^[0-9a-f]{40,64}$/.test(said)) return { ...where, commit: said }
  return said === '' || said === 'HEAD' ? where : { ...where, revision: said }
}
