import { createHash } from 'node:crypto'
import { blobId } from '../manifests/blob-id.ts'
import { resolveGitAddress, scratchFolderOf } from './git-address.ts'
import { isMissingBranch, isWrongObjectFormat, throwIfNoIdentity } from './git-answers.ts'
import { GitConnection } from './git-connection.ts'
import { GitCommandError } from './git-errors.ts'
import { fastImport, treeOf } from './git-fast-import.ts'
import { GitReads } from './git-reads.ts'
import type { CommitRequest, GitRemote, LoggedCommit, LogRequest, TreeFile } from './git-remote.ts'
import { GitScratchRepository } from './git-scratch-repository.ts'

export {
  GitCommandError,
  GitIdentityError,
  GitUnusableError,
  UnknownRemoteError,
} from './git-errors.ts'

export interface GitCommandRemoteProps {
  /** Name of a remote of the repository in `cwd`, path or URL. Paths are relative to `cwd`. */
  readonly remote: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
  /**
   * Longest silence of the remote, in milliseconds.
   *
   * @default 60_000
   */
  readonly idleTimeoutMs?: number
  /**
   * Whether Git may ask a person at the terminal for a password.
   *
   * @default false
   */
  readonly interactive?: boolean
  /**
   * Folder that keeps what was fetched, between runs.
   *
   * @default `lockstep` in the `.git` folder of the repository in `cwd`; without one, temporary
   */
  readonly scratchFolder?: string
}

/**
 * A `GitRemote` by the `git` command: bare and working repositories over file, SSH and HTTP.
 *
 * Promised: the person's work tree, index, HEAD and references are never touched; all work is done
 * in a scratch repository. Nothing is ever forced. The `pre-push` hook, identity, signing,
 * credentials and proxies are those that Git has configured for the repository in `cwd`.
 *
 * Only the newest commit is fetched, and of that only the trees where the server can leave out blobs
 * (`uploadpack.allowFilter`, as all large hosts do); the blobs that are read come in one request. Until
 * the branch has moved, what was read stays in memory, and looking again takes no more than its tip.
 *
 * One at a time: an object of this class is for one caller; concurrent publishers open their own.
 */
export class GitCommandRemote implements GitRemote {
  readonly location: string
  readonly #remote: string
  readonly #repository: GitScratchRepository
  readonly #connection: GitConnection
  readonly #reads: GitReads

  private constructor(
    location: string,
    remote: string,
    repository: GitScratchRepository,
    connection: GitConnection,
  ) {
    this.location = location
    this.#remote = remote
    this.#repository = repository
    this.#connection = connection
    this.#reads = new GitReads(remote, repository, connection)
  }

  /**
   * @throws {UnknownRemoteError} if `remote` is no remote, path or URL
   * @throws {GitUnusableError} if there is no `git`, or an old one
   */
  static async open(props: GitCommandRemoteProps): Promise<GitCommandRemote> {
    const address = await resolveGitAddress(props)
    const repository = await GitScratchRepository.open({
      folder: props.scratchFolder ?? scratchFolderOf(address),
      key: address.url,
      source: address.source,
      cwd: address.cwd,
      env: props.env,
      settings: address.settings,
      signal: props.signal,
      idleTimeoutMs: props.idleTimeoutMs ?? 60_000,
      interactive: props.interactive ?? false,
    })
    const connection = new GitConnection(repository, address)
    return new GitCommandRemote(address.location, address.remote, repository, connection)
  }

  /** Gives back the scratch repository. To be called in any case. */
  close(): Promise<void> {
    return this.#repository.close()
  }

  async tip(branch: string): Promise<string | undefined> {
    const tip = await this.#fetchTip(branch)
    this.#reads.lookedAt(tip)
    return tip
  }

  files(commit: string, folder: string): Promise<ReadonlyMap<string, TreeFile>> {
    return this.#reads.files(commit, folder)
  }

  contents(blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#reads.contents(blobs)
  }

  async blobIds(contents: readonly string[]): Promise<readonly string[]> {
    return contents.map((content) => blobId(content, this.#repository.format))
  }

  log(request: LogRequest): Promise<readonly LoggedCommit[]> {
    return this.#reads.log(request)
  }

  async commit(request: CommitRequest): Promise<string> {
    const { branch, parent, isNewBranch } = request
    const commit = await this.#makeCommit(request)
    await this.#connection.push({ branch, commit, expected: isNewBranch ? undefined : parent })
    // The next fetch then transfers only what others have added.
    await this.#repository.run(['update-ref', copyOf(branch), commit])
    return commit
  }

  async #fetchTip(branch: string): Promise<string | undefined> {
    const copy = copyOf(branch)
    // On top of what we have, a fetch brings what is new; a depth would make it pack all trees again.
    const depth = (await this.#resolve(copy)) === undefined ? ['--depth=1'] : []
    // The plus is about our copy of the reference, which follows the branch wherever it went.
    const refspec = `+refs/heads/${branch}:${copy}`
    const words = await this.#connection.fetch([...depth, '--refmap=', this.#remote, refspec])
    if (words === undefined) return this.#resolve(copy)
    const isMissing = isMissingBranch(words)
    if (!isMissing && !isWrongObjectFormat(words)) throw new GitCommandError('fetch', 128, words)
    const format = await this.#connection.announcedFormat()
    if (format !== this.#repository.format) await this.#repository.switchFormat(format)
    return isMissing ? undefined : this.#fetchTip(branch)
  }

  async #resolve(reference: string): Promise<string | undefined> {
    const args = ['rev-parse', '--verify', '--quiet', reference]
    const { exitCode, stdout } = await this.#repository.try(args)
    return exitCode === 0 ? stdout.toString().trim() : undefined
  }

  async #makeCommit({ parent, changes, message }: CommitRequest): Promise<string> {
    const [answer, sign] = await Promise.all([
      // Forced is a reference of the scratch repository, which carries one tree after the other.
      this.#repository.run(['fast-import', '--quiet', '--force', '--done', '--cat-blob-fd=1'], {
        input: fastImport(parent, changes),
      }),
      this.#repository.run(['config', '--type=bool', '--default=false', '--get', 'commit.gpgSign']),
    ])
    const args = [
      'commit-tree',
      ...(parent === undefined ? [] : ['-p', parent]),
      ...(sign.toString().trim() === 'true' ? ['-S'] : []),
      ...['-F', '-', treeOf(answer.toString()) ?? ''],
    ]
    const output = await this.#repository.try(args, {
      input: message,
      settings: [['i18n.commitEncoding', 'UTF-8']],
    })
    if (output.exitCode === 0) return output.stdout.toString().trim()
    throwIfNoIdentity(output.stderr)
    throw this.#repository.failure(args, output)
  }
}

/** Our copy of a branch, by a name that no other branch's copy can be in the way of. */
const copyOf = (branch: string): string =>
  `refs/lockstep/${createHash('sha256').update(branch).digest('hex').slice(0, 16)}`
