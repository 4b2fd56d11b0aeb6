import { branchChanges } from './branch-changes.ts'
import { type BranchManifest, objectName, readBranchManifest } from './branch-manifest.ts'
import type { DesiredFile } from './desired-app.ts'
import { driftedFiles } from './drifted-files.ts'
import { findObjectIn } from './find-object.ts'
import { findForeignObjects } from './foreign-objects.ts'
import type { FileChange } from './git-remote.ts'
import { heldBackApps, judgeReleases, rolloutsOf } from './judge-releases.ts'
import { type Judgement, judgeTransitions } from './judge-transitions.ts'
import { kustomizationProblems } from './kustomization-files.ts'
import { objectTransitions } from './object-transitions.ts'
import { occupiedPaths } from './occupied-paths.ts'
import { judgeProjects, projectByPath } from './other-projects.ts'
import type { PublishDraft } from './publish-draft.ts'
import type { PublishPlan } from './publish-plan.ts'

/**
 * What publishing does, given the contents of what the draft wants to read. Pure: the same branch and
 * the same app definitions always give the same plan.
 */
export function planPublish(
  draft: PublishDraft,
  contents: ReadonlyMap<string, string>,
): PublishPlan {
  const { environment, tree, comparison, options } = draft
  const { writes, deletions } = comparison
  const before = new Map(
    [...draft.reads.keys()].map((path) => [
      path,
      readBranchManifest(path, contents.get(path) ?? ''),
    ]),
  )
  const foreign = [...draft.foreign.keys()].flatMap((path) => before.get(path) ?? [])
  const findOurs = findObjectIn(
    draft.apps.flatMap(({ files }) => files.flatMap(({ rendered }) => rendered ?? [])),
  )
  const overwritten = new Set(writes.flatMap(({ file, isForeign }) => (isForeign ? file.path : [])))
  const { adopted, stops } = findForeignObjects({
    manifests: foreign,
    findOurs,
    overwritten,
    adopt: options.adopt ?? false,
    projectOf: projectByPath(draft),
  })
  const left = lazily(() => objectsIn(foreign.filter((manifest) => !adopted.includes(manifest))))
  const transitions = objectTransitions({
    comparison,
    before,
    adopted,
    isElsewhere: (object) => findOurs(object) !== undefined || left().has(objectName(object)),
  })
  const written = new Set(writes.map(({ file }) => file.path))
  const deleted = [...deletions, ...adopted]
    .map(({ path }) => path)
    .filter((path) => !written.has(path))
  const kustomizations = kustomizationProblems({
    foreign,
    created: writes.flatMap(({ file, previous }) => (previous === undefined ? file.path : [])),
    deleted,
  })
  const changes = branchChanges(draft, deleted)
  const occupied = occupiedPaths({
    written: writtenPaths(changes, environment),
    overwritten,
    tree,
  })
  const heldBack = heldBackApps(draft)
  const judgements: readonly Judgement[] = [
    judgeProjects(draft),
    { stops: [...occupied, ...stops], warnings: [] },
    kustomizations,
    { stops: [], warnings: unreadable(foreign) },
    judgeTransitions(draft, transitions),
    judgeReleases(draft, heldBack),
  ]
  return {
    environment,
    changes,
    created: changes.flatMap(({ path, write }) =>
      write === undefined || tree.has(path.slice(environment.length + 1)) ? [] : path,
    ),
    transitions,
    apps: [...new Set([...writes.map(({ file }) => file.app), ...deletions.map(({ app }) => app)])],
    canaries: draft.apps.flatMap(({ app, files }) => (files.some(isPlan) ? app : [])),
    drift: driftedFiles(draft, before),
    heldBack,
    rollouts: rolloutsOf(draft),
    stops: judgements.flatMap((judgement) => judgement.stops),
    warnings: judgements.flatMap((judgement) => judgement.warnings),
  }
}

/** Below the environment's folder. */
const writtenPaths = (changes: readonly FileChange[], environment: string): readonly string[] =>
  changes.flatMap(({ path, write }) =>
    write === undefined ? [] : path.slice(environment.length + 1),
  )

/** Names of objects take time to make, and in most publishes nobody asks for them. */
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const isPlan = ({ path }: DesiredFile): boolean => /^rollouts\/.*\/plan\.yaml$/.test(path)

const objectsIn = (manifests: readonly BranchManifest[]): ReadonlySet<string> =>
  new Set(manifests.flatMap(({ objects }) => objects.map(objectName)))

/** What cannot be read cannot be compared either. */
const unreadable = (foreign: readonly BranchManifest[]): readonly string[] =>
  foreign.flatMap(({ problem }) =>
    problem === undefined ? [] : [`Not compared, as it cannot be read: ${problem}`],
  )
