import type { GitRemote, LoggedCommit } from './git-remote.ts'
import { pastContents } from './past-contents.ts'
import { readTrailers } from './read-trailers.ts'

export interface FileHistoryProps {
  readonly remote: GitRemote
  /** The newest commit to look at. */
  readonly commit: string
  /** From the root of the branch. */
  readonly path: string
}

/** Longer than any file of a rollout has: whoever asks wants to know what came before a damage. */
const MOST_COMMITS = 10_000

/** The commits that have changed a file, newest first. */
export const fileHistory = ({
  remote,
  commit,
  path,
}: FileHistoryProps): Promise<readonly LoggedCommit[]> =>
  remote.log({ commit, path, limit: MOST_COMMITS })

/** A file as Lockstep has written it last, whoever has changed it since; `undefined` if nothing tells. */
export async function lastWritten(props: FileHistoryProps): Promise<string | undefined> {
  const own = (await fileHistory(props)).find(
    ({ message }) => readTrailers(message).action !== undefined,
  )
  return own && contentAt({ ...props, commit: own.id })
}

/** What a file was in a commit; `undefined` if it was not there, or the repository has it no longer. */
export async function contentAt({
  remote,
  commit,
  path,
}: FileHistoryProps): Promise<string | undefined> {
  const slash = path.lastIndexOf('/')
  const files = await remote.files(commit, path.slice(0, slash))
  const id = files.get(path.slice(slash + 1))?.id
  return id === undefined ? undefined : (await pastContents(remote, [id])).get(id)
}
