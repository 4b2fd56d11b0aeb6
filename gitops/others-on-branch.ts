import type { BranchManifest } from './branch-manifest.ts'
import { type FindObject, findObjectIn } from './find-object.ts'
import { type ForeignObjects, findForeignObjects } from './foreign-objects.ts'
import type { FileChange } from './git-remote.ts'
import type { Judgement } from './judge-transitions.ts'
import { kustomizationProblems } from './kustomization-files.ts'
import { occupiedPaths } from './occupied-paths.ts'
import { projectByPath } from './other-projects.ts'
import type { PublishDraft } from './publish-draft.ts'

/** Manifests that we have not published, and what becomes of those that hold our objects. */
export interface OthersOnBranch extends ForeignObjects {
  readonly manifests: readonly BranchManifest[]
  /** Paths where one lies and we are to write. */
  readonly overwritten: ReadonlySet<string>
  readonly findOurs: FindObject
}

export function othersOnBranch(
  draft: PublishDraft,
  onBranch: ReadonlyMap<string, BranchManifest>,
): OthersOnBranch {
  const manifests = [...draft.foreign.keys()].flatMap((path) => onBranch.get(path) ?? [])
  const findOurs = findObjectIn(
    draft.apps.flatMap(({ files }) => files.flatMap(({ rendered }) => rendered ?? [])),
  )
  const overwritten = new Set(
    draft.comparison.writes.flatMap(({ file, isForeign }) => (isForeign ? file.path : [])),
  )
  const found = findForeignObjects({
    manifests,
    findOurs,
    overwritten,
    adopt: draft.options.adopt ?? false,
    projectOf: projectByPath(draft),
  })
  return { ...found, manifests, overwritten, findOurs }
}

export interface JudgeOthersProps {
  /** All that is to change, by path from the root of the branch. */
  readonly changes: readonly FileChange[]
  /** What goes, below the environment's folder. */
  readonly deleted: readonly string[]
}

/** What others have on the branch that keeps our files from being written, or from being synced. */
export function judgeOthers(
  { environment, tree, comparison }: PublishDraft,
  { manifests, overwritten, stops }: OthersOnBranch,
  { changes, deleted }: JudgeOthersProps,
): readonly Judgement[] {
  const written = writtenPaths(changes, environment)
  const kustomizations = kustomizationProblems({
    foreign: manifests,
    created: comparison.writes.flatMap(({ file, previous }) =>
      previous === undefined ? file.path : [],
    ),
    deleted,
  })
  return [
    { stops: [...occupiedPaths({ written, overwritten, tree }), ...stops], warnings: [] },
    kustomizations,
    { stops: [], warnings: unreadable(manifests) },
  ]
}

/** Below the environment's folder. */
const writtenPaths = (changes: readonly FileChange[], environment: string): readonly string[] =>
  changes.flatMap(({ path, write }) =>
    write === undefined ? [] : path.slice(environment.length + 1),
  )

/** What cannot be read cannot be compared either. */
const unreadable = (manifests: readonly BranchManifest[]): readonly string[] =>
  manifests.flatMap(({ problem }) =>
    problem === undefined ? [] : [`Not compared, as it cannot be read: ${problem}`],
  )
