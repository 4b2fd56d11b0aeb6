import { revisionPath } from '../manifests/layout.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import type { RolloutRecord } from '../rollouts/record.ts'
import { recordFile } from '../rollouts/record-file.ts'
import { shortCommit } from '../rollouts/short-commit.ts'
import type { AppTrailers } from './app-trailers.ts'
import { blobIdsOf } from './blob-ids.ts'
import type { EnvironmentOnBranch } from './environment-on-branch.ts'
import type { GitRemote, LoggedCommit } from './git-remote.ts'
import { readTrailers } from './read-trailers.ts'

export interface TamperedProps {
  readonly remote: GitRemote
  readonly environment: string
  /** The commit that was read. */
  readonly commit: string
  readonly onBranch: Pick<EnvironmentOnBranch, 'tree' | 'inventory'>
  readonly record: RolloutRecord
  /** What the branch should have of the app, by its record. */
  readonly files: readonly RenderedFile[]
  /** The newest commits that have changed the environment's rollouts. */
  readonly recent: readonly RecentCommit[]
}

/** A commit of an environment's rollouts, and what it says that it did to each app; absent of others' commits. */
export interface RecentCommit extends LoggedCommit {
  readonly apps?: readonly AppTrailers[]
}

/**
 * What somebody has done by hand to the rollout of an app, as a sentence without a full stop;
 * `undefined` if nobody has.
 *
 * - A file was edited: weights, an image, the record itself. It is not what we have written last, by
 *   the inventory, or not what the record means.
 * - The rollout is not where our newest commit has left it: most often somebody has reverted the newest
 *   step, which takes record, files and inventory back together, as if nothing had happened.
 * - Our newest commit does not follow from the one before: a step was brought here a second time, as by
 *   a cherry-pick, or by a merge that took the wrong side.
 *
 * A commit of somebody else that leaves the rollout where it was is none: a publish that was reviewed
 * and squashed may have lost its trailers.
 *
 * Not seen: a branch that was moved to an older commit of its own. Nothing on it tells; it goes on from
 * there, by what is seen in the cluster (`lostCanary`).
 */
export async function tamperedWith(props: TamperedProps): Promise<string | undefined> {
  const { record } = props
  const isSpared = (path: string): boolean => isPutAside(path, record)
  const edited =
    (await editedByHand({ ...props, app: appOf(record), isSpared })) ?? (await unmeant(props))
  if (edited !== undefined) return edited
  const { recent } = props
  const own = toldOf(recent, props)
  // Whatever others have done lately, the rollout is where we have left it.
  if (own.length > 0 && isWhereItWasLeft(props.record, own)) return undefined
  // Earlier looks have seen earlier commits.
  if (own.length === 0 && recent.every(({ apps }) => apps !== undefined)) return undefined
  const log = await recordLog(props)
  const [newest] = log
  const told = toldOf(log, props)
  if (newest === undefined || isWhereItWasLeft(props.record, told)) return undefined
  return describe(
    newest,
    newest.apps === undefined ? 'changed the rollout by hand' : 'brought back an older step',
  )
}

export interface EditedByHandProps
  extends Pick<TamperedProps, 'remote' | 'environment' | 'commit' | 'onBranch'> {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Whether an edit of a file says nothing. @default - none does */
  readonly isSpared?: (path: string) => boolean
}

/**
 * Who has edited a file of an app that Lockstep had written, as a sentence without a full stop;
 * `undefined` if nobody has.
 */
export async function editedByHand(props: EditedByHandProps): Promise<string | undefined> {
  const { app, onBranch, isSpared = () => false } = props
  const { inventory, tree } = onBranch
  const written = inventory.apps.get(app)?.files ?? new Map<string, string>()
  const isEdited = ([path, id]: readonly [string, string]): boolean =>
    tree.get(path)?.id !== id && !isSpared(path)
  const [path] = [...written].find(isEdited) ?? []
  return path === undefined ? undefined : describeEdit(path, props)
}

/**
 * Whether it is a rendition that no commit of an abort reads or writes: an edit of one is no reason not to
 * end it. It is one to begin an abort, and whoever goes back to that revision is refused.
 */
function isPutAside(path: string, { metadata, spec }: RolloutRecord): boolean {
  const { rollout, queued, former, heldBack } = spec
  if (rollout?.stage.phase !== 'aborting') return false
  const used = [rollout.base, rollout.candidate, queued?.revision]
  return [...former, ...heldBack.map(({ revision }) => revision)].some(
    (revision) =>
      !used.includes(revision) &&
      path === revisionPath(metadata.namespace, metadata.name, revision),
  )
}

/** The same of a file that is as it was written, and not what the record means. */
async function unmeant(props: TamperedProps): Promise<string | undefined> {
  const { remote, onBranch, files } = props
  const ids = await blobIdsOf(remote, files)
  const file = files.find(({ path }, index) => onBranch.tree.get(path)?.id !== ids[index])
  return file && describeEdit(file.path, props)
}

async function describeEdit(
  path: string,
  { remote, environment, commit, onBranch }: Omit<EditedByHandProps, 'app'>,
): Promise<string> {
  const what = onBranch.tree.has(path) ? 'edited' : 'deleted'
  const [newest] = await remote.log({ commit, path: `${environment}/${path}`, limit: 1 })
  const by = newest === undefined ? 'somebody' : newest.author.name
  const where = newest === undefined ? '' : ` in ${shortCommit(newest.id)}`
  return `${by} ${what} ${environment}/${path} by hand${where}`
}

/** How many commits of one record are looked through for the newest of ours. */
const RECORD_COMMITS = 10

/** The newest commits of an app's record, whoever has made them. */
async function recordLog({
  remote,
  environment,
  commit,
  record,
}: TamperedProps): Promise<readonly RecentCommit[]> {
  const path = `${environment}/${recordFile(record).path}`
  return (await remote.log({ commit, path, limit: RECORD_COMMITS })).map(withTrailers)
}

/** What commits of ours say that they did to the app, newest first. */
const toldOf = (
  commits: readonly RecentCommit[],
  { record }: Pick<TamperedProps, 'record'>,
): readonly AppTrailers[] =>
  commits.flatMap(({ apps = [] }) => apps.filter(({ app }) => app === appOf(record)))

const isWhereItWasLeft = (record: RolloutRecord, [last, before]: readonly AppTrailers[]): boolean =>
  isAsTold(record, last) && follows(last, before)

/** Whether a record says of a rollout what the newest commit of ours did. */
function isAsTold({ spec: { rollout } }: RolloutRecord, told: AppTrailers | undefined): boolean {
  if (rollout === undefined) return told?.stage === undefined || told.stage === 'at-rest'
  return told?.rollout === rollout.id && told.commit === rollout.commits
}

/**
 * A publish or a repair changes nothing about a rollout in flight, so it counts as no commit of it; one that
 * tells an abort where to end does. An abort follows
 * from whatever was there: most often it was decided upon what somebody had done by hand.
 */
const follows = (last: AppTrailers | undefined, before: AppTrailers | undefined): boolean =>
  last?.action === 'abort' ||
  last?.commit === undefined ||
  before?.commit === undefined ||
  last.rollout !== before.rollout ||
  last.commit === before.commit ||
  last.commit === before.commit + 1

const describe = ({ author, id, message }: LoggedCommit, what: string): string =>
  `${author.name} ${what} in ${shortCommit(id)}: ${message.split('\n', 1)[0]}`

const appOf = ({ metadata }: RolloutRecord): string => `${metadata.namespace}/${metadata.name}`

/** How many commits of an environment are looked through; earlier looks have seen earlier ones. */
const LOOKED_THROUGH = 100

/** The newest commits that have changed the rollouts of an environment. */
export async function recentCommits(
  { remote, environment }: Pick<TamperedProps, 'remote' | 'environment'>,
  commit: string,
): Promise<readonly RecentCommit[]> {
  const path = `${environment}/rollouts`
  return (await remote.log({ commit, path, limit: LOOKED_THROUGH })).map(withTrailers)
}

/** Every commit of ours says what it did, in its last paragraph; a revert of one does not. */
function withTrailers(commit: LoggedCommit): RecentCommit {
  const { action, apps } = readTrailers(commit.message)
  return action === undefined ? commit : { ...commit, apps }
}
