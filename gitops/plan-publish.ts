import { branchChanges } from './branch-changes.ts'
import { type BranchManifest, objectName, readBranchManifest } from './branch-manifest.ts'
import type { FileComparison } from './compare-files.ts'
import type { DesiredFile } from './desired-app.ts'
import { driftedFiles } from './drifted-files.ts'
import { heldBackApps, judgeReleases, rolloutsOf } from './judge-releases.ts'
import { type Judgement, judgeTransitions } from './judge-transitions.ts'
import type { ObjectTransition } from './object-transition.ts'
import { objectTransitions } from './object-transitions.ts'
import { judgeProjects } from './other-projects.ts'
import { judgeOthers, type OthersOnBranch, othersOnBranch } from './others-on-branch.ts'
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
  const { environment, tree, comparison } = draft
  const onBranch = readOnBranch(draft, contents)
  const others = othersOnBranch(draft, onBranch)
  const transitions = transitionsOf(draft, onBranch, others)
  const deleted = deletedPaths(comparison, others)
  const changes = branchChanges(draft, deleted)
  const heldBack = heldBackApps(draft)
  const judgements: readonly Judgement[] = [
    judgeProjects(draft),
    ...judgeOthers(draft, others, { changes, deleted }),
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
    apps: changedApps(comparison),
    canaries: draft.apps.flatMap(({ app, files }) => (files.some(isPlan) ? app : [])),
    drift: driftedFiles(draft, onBranch),
    heldBack,
    rollouts: rolloutsOf(draft),
    stops: judgements.flatMap((judgement) => judgement.stops),
    warnings: judgements.flatMap((judgement) => judgement.warnings),
  }
}

const readOnBranch = (
  { reads }: PublishDraft,
  contents: ReadonlyMap<string, string>,
): ReadonlyMap<string, BranchManifest> =>
  new Map(
    [...reads.keys()].map((path) => [path, readBranchManifest(path, contents.get(path) ?? '')]),
  )

function transitionsOf(
  { comparison }: PublishDraft,
  before: ReadonlyMap<string, BranchManifest>,
  { manifests, adopted, findOurs }: OthersOnBranch,
): readonly ObjectTransition[] {
  const left = lazily(() => objectsIn(manifests.filter((manifest) => !adopted.includes(manifest))))
  return objectTransitions({
    comparison,
    before,
    adopted,
    isElsewhere: (object) => findOurs(object) !== undefined || left().has(objectName(object)),
  })
}

/** Names of objects take time to make, and in most publishes nobody asks for them. */
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const objectsIn = (manifests: readonly BranchManifest[]): ReadonlySet<string> =>
  new Set(manifests.flatMap(({ objects }) => objects.map(objectName)))

/** Below the environment's folder. A file in whose place another comes is none. */
function deletedPaths(
  { writes, deletions }: FileComparison,
  { adopted }: OthersOnBranch,
): readonly string[] {
  const written = new Set(writes.map(({ file }) => file.path))
  return [...deletions, ...adopted].map(({ path }) => path).filter((path) => !written.has(path))
}

const changedApps = ({ writes, deletions }: FileComparison): readonly string[] => [
  ...new Set([...writes.map(({ file }) => file.app), ...deletions.map(({ app }) => app)]),
]

const isPlan = ({ path }: DesiredFile): boolean => /^rollouts\/.*\/plan\.yaml$/.test(path)
