import { at, items, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { environmentOfFolder } from './environment-of-sync.ts'
import { sourceOf } from './source-of-kustomization.ts'

/** What a sync says of where in Git its objects come from. */
export interface Origin {
  /** Address of the repository; absent if it does not say. */
  readonly repository?: string
  /** The branch that it follows; absent if it does not say, or means the default branch. */
  readonly branch?: string
  /** What an Application follows, which may be a branch, a tag, a range of tags or a short id. */
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
  const where = inRepository(at(spec, 'url'))
  const said = (field: string) => text(at(spec, 'ref', field))
  // The order in which source-controller takes them.
  const commit = said('commit')
  if (commit !== undefined) return { ...where, commit }
  const name = said('name')
  const isOfTags = said('semver') !== undefined || said('tag') !== undefined
  const branch = name !== undefined ? branchIn(name) : isOfTags ? undefined : said('branch')
  return branch === undefined ? where : { ...where, branch }
}

/** Others of its sources may be charts, and files of values. */
function originOfApplication({ spec }: KubernetesObject): Origin {
  const sources = [at(spec, 'source'), ...items(at(spec, 'sources'))]
  const folders = sources.filter((source) => text(at(source, 'path')) !== undefined)
  const ours = folders.filter((source) => environmentOfFolder(text(at(source, 'path')) ?? ''))
  const [only, ...others] = ours.length > 0 ? ours : folders
  if (others.length > 0) return {}
  const where = inRepository(at(only, 'repoURL'))
  const revision = text(at(only, 'targetRevision')) ?? ''
  const branch = branchIn(revision)
  if (branch !== undefined) return { ...where, branch }
  if (/^[0-9a-f]{40,64}$/.test(revision)) return { ...where, commit: revision }
  return revision === '' || revision === 'HEAD' ? where : { ...where, revision }
}

function inRepository(address: unknown): Pick<Origin, 'repository'> {
  const repository = text(address)
  return repository === undefined ? {} : { repository }
}

/** `undefined` if a reference in full is none of a branch. */
const branchIn = (reference: string): string | undefined =>
  /^refs\/heads\/(.+)$/.exec(reference)?.[1]
