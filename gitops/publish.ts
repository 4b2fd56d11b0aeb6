import type { Rendering } from '../manifests/rendering.ts'
import type { AppMerge, MergedApp } from './app-merge.ts'
import { commitMessage, publishSubject } from './commit-message.ts'
import { beginDeployBranch } from './deploy-branch.ts'
import { desiredApps } from './desired-apps.ts'
import { type EnvironmentOnBranch, readEnvironment } from './environment-on-branch.ts'
import { findObjectIn } from './find-object.ts'
import type { GitRemote } from './git-remote.ts'
import type { Inventory } from './inventory.ts'
import { mergeApps } from './merge-apps.ts'
import { ownInventory } from './other-projects.ts'
import { planPublish } from './plan-publish.ts'
import { promisedApps, withPromises } from './promised-apps.ts'
import { draftPublish } from './publish-draft.ts'
import type { PublishOptions, PublishPlan } from './publish-plan.ts'
import { type RetryLostRacesProps, retryLostRaces } from './retry-lost-races.ts'
import { rolloutMerge } from './rollout-merge.ts'

export interface PlanProps extends PublishOptions {
  readonly remote: GitRemote
  /** Branch that Flux or Argo CD watches. */
  readonly branch: string
  readonly rendering: Rendering
  /**
   * Apps to publish, `<namespace>/<app>`; all others stay as they are on the branch.
   *
   * @default - all apps
   */
  readonly only?: readonly string[]
  /**
   * Name of the project that the app definitions belong to. Apps that another project has published
   * are left alone; those of an inventory that does not say whose they are, are taken for ours.
   *
   * @default - none, as if every such app were ours
   */
  readonly project?: string
  /** @default rolloutMerge */
  readonly merge?: AppMerge
}

export interface PublishProps extends PlanProps {
  /**
   * Push the commit to this branch and leave the deploy branch alone. If the branch exists, the
   * commit goes on top of it.
   */
  readonly reviewBranch?: string
  /**
   * Subject, and body after an empty line.
   *
   * @default - environment and apps: `publish prod: shop/web`
   */
  readonly message?: string
  /** Commit of the app definitions, with `+dirty` if there were changes that no commit has. */
  readonly source?: string | undefined
  /** Called with every plan before it is carried out; again after a lost race. */
  readonly onPlan?: (plan: PublishPlan) => void
  readonly retry?: RetryLostRacesProps
}

export type PublishResult =
  /** One commit is on the branch. */
  | { readonly outcome: 'published'; readonly commit: string; readonly plan: PublishPlan }
  /** The branch is as it should be. */
  | { readonly outcome: 'unchanged'; readonly plan: PublishPlan }
  /** A person must decide first; nothing was written. */
  | { readonly outcome: 'stopped'; readonly plan: PublishPlan }

/**
 * Merges a rendering into its environment, as one commit.
 *
 * Promised: files of others stay byte for byte; only files of the inventory are removed; a commit of
 * somebody else is never lost or undone: who is faster wins, and we read and merge again. To publish
 * the same twice writes nothing the second time. Whatever is interrupted, the branch is as it was or
 * has the whole commit.
 *
 * @throws {BranchMovedError} if others were faster every time
 * @throws {RemoteRefusedError}
 * @throws {RemoteUnreachableError}
 * @throws {MalformedInventoryError}
 * @throws {UnknownAppError}
 */
export async function publish(props: PublishProps): Promise<PublishResult> {
  return retryLostRaces(() => attempt(props), props.retry)
}

/**
 * What `publish` would do now, without doing it.
 *
 * @throws {RemoteRefusedError}
 * @throws {RemoteUnreachableError}
 * @throws {MalformedInventoryError}
 * @throws {UnknownAppError}
 */
export async function plan(props: PlanProps): Promise<PublishPlan> {
  return planAt(await props.remote.tip(props.branch), props)
}

async function attempt(props: PublishProps): Promise<PublishResult> {
  const { remote, branch, reviewBranch, message } = props
  const before = await remote.tip(branch)
  const reviewTip = reviewBranch === undefined ? undefined : await remote.tip(reviewBranch)
  const base = reviewTip ?? before
  const publication = await planAt(base, props)
  if (base === undefined && publication.stops.length === 0) {
    await beginDeployBranch(remote, branch)
    // Whoever has begun it, we or somebody else, may already have put something there.
    return attempt(props)
  }
  props.onPlan?.(publication)
  if (publication.stops.length > 0) return { outcome: 'stopped', plan: publication }
  if (publication.changes.length === 0) return { outcome: 'unchanged', plan: publication }
  const { environment, apps, changes, rollouts } = publication
  const trailers = new Map(rollouts.map((rollout) => [rollout.app, rollout.trailers]))
  const commit = await remote.commit({
    branch: reviewBranch ?? branch,
    parent: base,
    isNewBranch: reviewBranch !== undefined && reviewTip === undefined,
    changes,
    message: commitMessage(message?.trim() || publishSubject(environment, apps), {
      action: 'publish',
      environment,
      apps: apps.map((app) => ({ app, ...trailers.get(app) })),
      source: props.source,
    }),
  })
  return { outcome: 'published', commit, plan: publication }
}

async function planAt(commit: string | undefined, props: PlanProps): Promise<PublishPlan> {
  const { remote, rendering, only, project, takeOver = [], merge = rolloutMerge } = props
  const { environment } = rendering
  const onBranch = await readEnvironment(remote, commit, environment)
  const own = ownInventory({ inventory: onBranch.inventory, rendering, project, takeOver })
  const merged = await mergeApps({
    remote,
    rendering,
    onBranch,
    own,
    merge,
    only: only && new Set(only),
    options: props,
  })
  const next = await planOf(merged, onBranch, own, props)
  const promised = promisedApps(merged, next)
  if (promised === undefined) return next
  return withPromises(next, await planOf(promised, onBranch, own, props), merged)
}

/** What it comes to if every app gets the files that its merge says. */
async function planOf(
  merged: ReadonlyMap<string, MergedApp>,
  onBranch: EnvironmentOnBranch,
  own: Inventory,
  props: PlanProps,
): Promise<PublishPlan> {
  const { remote, rendering, project, overwriteDrift = false } = props
  const apps = await desiredApps({ remote, merged, own, tree: onBranch.tree, overwriteDrift })
  const rendered = apps.flatMap(({ files }) => files.flatMap((file) => file.rendered ?? []))
  const draft = draftPublish({
    environment: rendering.environment,
    ...onBranch,
    own,
    project,
    apps,
    findRendered: findObjectIn([...rendering.files, ...rendered]),
    options: props,
  })
  const blobs = [...draft.reads].map(([path, { id }]) => ({ path, id }))
  const contents = await remote.contents(blobs.map(({ id }) => id))
  return planPublish(draft, new Map(blobs.map(({ path, id }) => [path, contents.get(id) ?? ''])))
}
