import type { RenderedFile } from '../manifests/rendering.ts'
import type { RolloutRecord } from '../rollouts/record.ts'
import { recordFile } from '../rollouts/record-file.ts'
import { blobIdsOf } from './blob-ids.ts'
import type { EnvironmentOnBranch } from './environment-on-branch.ts'
import type { GitRemote, LoggedCommit } from './git-remote.ts'
import { readTrailers } from './read-trailers.ts'

export interface TamperedProps {
  readonly remote: GitRemote
  readonly environment: string
  /** The commit that was read. */
  readonly commit: string
  readonly onBranch: Pick<EnvironmentOnBranch, 'tree'>
  readonly record: RolloutRecord
  /** What the branch should have of the app, by its record. */
  readonly files: readonly RenderedFile[]
  /** Commits of others that have changed the environment's rollouts lately. */
  readonly foreign: readonly LoggedCommit[]
}

/**
 * What somebody has done by hand to the files of a rollout in flight, as a sentence without a full
 * stop; `undefined` if nobody has.
 *
 * - A file that differs from what the record means: weights, an image, anything.
 * - A record that another commit than ours has changed last: most often the revert of the newest step,
 *   which leaves files and record in the state before it, as if nothing had happened.
 */
export async function tamperedWith(props: TamperedProps): Promise<string | undefined> {
  const { remote, onBranch, files, environment } = props
  const ids = await blobIdsOf(remote, files)
  const edited = files.find(({ path }, index) => onBranch.tree.get(path)?.id !== ids[index])
  if (edited !== undefined) {
    const what = onBranch.tree.has(edited.path) ? 'edited' : 'deleted'
    return `${environment}/${edited.path} was ${what} by hand`
  }
  return props.foreign.length === 0 ? undefined : foreignRecord(props)
}

async function foreignRecord({
  remote,
  environment,
  commit,
  record,
}: TamperedProps): Promise<string | undefined> {
  const path = `${environment}/${recordFile(record).path}`
  const [last] = await remote.log({ commit, path, limit: 1 })
  if (last === undefined || isOurs(last)) return undefined
  const subject = last.message.split('\n', 1)[0] ?? ''
  return `${last.author.name} changed the rollout by hand in ${last.id.slice(0, 10)}: ${subject}`
}

/** How many commits are looked through for those of others; earlier looks have seen earlier ones. */
const LOOKED_THROUGH = 100

/** Commits of others that have changed the rollouts of an environment lately. */
export async function foreignCommits(
  { remote, environment }: Pick<TamperedProps, 'remote' | 'environment'>,
  commit: string,
): Promise<readonly LoggedCommit[]> {
  const path = `${environment}/rollouts`
  const commits = await remote.log({ commit, path, limit: LOOKED_THROUGH })
  return commits.filter((one) => !isOurs(one))
}

/** Every commit of ours says what it did, in its last paragraph; a revert of one does not. */
const isOurs = ({ message }: LoggedCommit): boolean => readTrailers(message).action !== undefined
