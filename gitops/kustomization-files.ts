import type { BranchManifest } from './branch-manifest.ts'
import { foldersOf } from './occupied-paths.ts'
import type { Stop } from './stop.ts'

/** Names under which kustomize looks for its file, and with it kustomize-controller. */
const KUSTOMIZATION = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/

export interface KustomizationFilesProps {
  /** Manifests of others on the branch. */
  readonly foreign: readonly BranchManifest[]
  readonly created: readonly string[]
  readonly deleted: readonly string[]
}

export interface KustomizationProblems {
  readonly stops: readonly Stop[]
  readonly warnings: readonly string[]
}

/**
 * A folder with a kustomization file is synced by that file's list and not by what lies in it: what
 * we add is not applied, and what we delete while the list still names it breaks the whole sync.
 */
export function kustomizationProblems(props: KustomizationFilesProps): KustomizationProblems {
  const stops: Stop[] = []
  const warnings: string[] = []
  for (const { path, text } of props.foreign) {
    if (!KUSTOMIZATION.test(path)) continue
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    const listed = itemsOf(text, folder)
    const isInside = (file: string): boolean => file.startsWith(folder)
    const broken = props.deleted.filter((file) => listed.has(file))
    stops.push(...broken.map((file) => listedFile(path, file)))
    const unlisted = props.created.filter(
      (file) => isInside(file) && ![file, ...foldersOf(file)].some((step) => listed.has(step)),
    )
    if (unlisted.length > 0) {
      warnings.push(
        `${path} does not list ${unlisted.join(', ')}: whoever syncs by it does not apply them`,
      )
    }
  }
  return { stops, warnings }
}

const listedFile = (kustomization: string, file: string): Stop => ({
  kind: 'foreign-file',
  message: `${file} would be deleted, and ${kustomization} lists it`,
  remedy: `Take it off the list in ${kustomization} first: a sync that misses a file applies nothing`,
  files: [kustomization, file],
})

/** Items of YAML lists, as paths from where `folder` counts from: `- "./deployment.yaml"`. */
const itemsOf = (text: string, folder: string): ReadonlySet<string> =>
  new Set(
    text.split('\n').flatMap((line) => {
      const [, item] = /^\s*-\s+["']?(?:\.\/)?([^"'#\s]+)/.exec(line) ?? []
      return item === undefined ? [] : [`${folder}${item.replace(/\/$/, '')}`]
    }),
  )
