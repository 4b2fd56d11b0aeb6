/**
 * A Git repository that somebody else also writes to, as far as publishing needs it.
 *
 * The one promise that everything here relies on: `commit` is a compare-and-swap. The branch moves
 * from the state that the caller has seen to exactly one new commit on top of it, or it does not
 * move at all; never does a commit of somebody else leave the branch.
 *
 * Not promised: that a failed `commit` has not happened. A connection can break after the server
 * has said yes; `RemoteUnreachableError.outcome` tells, and publishing again is always safe.
 */
export interface GitRemote {
  /** Where it is, for people; without credentials. */
  readonly location: string

  /** Newest commit of a branch; `undefined` if there is no such branch. */
  tip(branch: string): Promise<string | undefined>

  /**
   * All files below a folder, by path relative to it. Empty if the folder does not exist.
   *
   * @param folder empty for the whole repository
   * @param commit a commit that `tip` or `commit` returned, or `log` has told
   */
  files(commit: string, folder: string): Promise<ReadonlyMap<string, TreeFile>>

  /** Contents of blobs by id, decoded as UTF-8. One round trip, however many. */
  contents(blobs: readonly string[]): Promise<ReadonlyMap<string, string>>

  /**
   * The ids that these contents have, or would have, as blobs of this repository, in the same
   * order. Here and not in the caller, because the repository decides between SHA-1 and SHA-256.
   */
  blobIds(contents: readonly string[]): Promise<readonly string[]>

  /**
   * The commits that have changed a path, newest first: `commit` and those before it, of whichever
   * `request` asks for. Empty if there never was such a path.
   *
   * As `git log -- path` has it, a merge is not among them unless it changed the path itself, and of
   * two merged histories that have both come to the same only one is told.
   *
   * What it costs may grow with how far back the commits lie, never with the size of the tree.
   */
  log(request: LogRequest): Promise<readonly LoggedCommit[]>

  /**
   * Makes one commit and moves the branch to it; returns its id.
   *
   * @throws {BranchMovedError} if the branch is no longer as `request` expects it
   * @throws {RemoteRefusedError} if the server understood and said no
   * @throws {RemoteUnreachableError} if no answer came
   */
  commit(request: CommitRequest): Promise<string>
}

export interface TreeFile {
  /** Git blob id of the content; for a submodule the id of its commit. */
  readonly id: string
  readonly mode: FileMode
}

/** Git's modes: file, executable file, symbolic link, submodule. */
export type FileMode = '100644' | '100755' | '120000' | '160000'

export interface LogRequest {
  /** A commit that `tip` or `commit` returned. */
  readonly commit: string
  /** File or folder, from the root of the repository; it need not exist any more. */
  readonly path: string
  /** Most commits to tell, at least 1. */
  readonly limit: number
  /**
   * Leave out what was committed before, in milliseconds since 1970.
   *
   * @default - as far back as there are commits
   */
  readonly sinceMs?: number
}

export interface LoggedCommit {
  readonly id: string
  /** None of the first commit of a history, two of a merge. */
  readonly parents: readonly string[]
  /** Whole message, without line breaks at its end. */
  readonly message: string
  readonly author: { readonly name: string; readonly email: string }
  /** When it was committed, by the committer's clock, in milliseconds since 1970. */
  readonly committedAtMs: number
}

export interface CommitRequest {
  readonly branch: string
  /** Commit to build on; `undefined` begins a history of its own. */
  readonly parent: string | undefined
  /**
   * Whether `commit` creates the branch, which then must not exist yet. Otherwise the branch must
   * be at `parent`.
   */
  readonly isNewBranch: boolean
  readonly changes: readonly FileChange[]
  /** Whole message: subject, empty line, body, trailers. */
  readonly message: string
}

/** What happens to one path, relative to the root of the repository, with forward slashes. */
export type FileChange =
  | { readonly path: string; readonly write: string }
  | { readonly path: string; readonly write?: undefined }
