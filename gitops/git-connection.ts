import type { GitAddress } from './git-address.ts'
import {
  judgeConnection,
  judgePush,
  type PushVerdict,
  withoutCredentials,
  wordsForPeople,
} from './git-answers.ts'
import type { GitSetting } from './git-environment.ts'
import { GitTimeoutError } from './git-errors.ts'
import type { GitOutput } from './git-process.ts'
import {
  BranchMovedError,
  RemoteRefusedError,
  RemoteUnreachableError,
} from './git-remote-errors.ts'
import type { GitOptions, GitScratchRepository } from './git-scratch-repository.ts'

export interface PushRequest {
  readonly branch: string
  readonly commit: string
  /** Commit that the branch must be at, and the parent of ours; `undefined` if it must not exist. */
  readonly expected: string | undefined
}

/** Commands of a scratch repository that talk to its remote, and what the answers mean. */
export class GitConnection {
  readonly #repository: GitScratchRepository
  readonly #address: GitAddress

  constructor(repository: GitScratchRepository, address: GitAddress) {
    this.#repository = repository
    this.#address = address
  }

  /**
   * Fetches without the blobs, where the server can leave them out.
   *
   * @returns the words of a fetch that failed on something else than the connection
   * @throws {RemoteUnreachableError}
   * @throws {RemoteRefusedError}
   */
  async fetch(
    args: readonly string[],
    options: Pick<GitOptions, 'input' | 'settings'> = {},
  ): Promise<string | undefined> {
    const command = [
      'fetch',
      '--progress',
      '--filter=blob:none',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      ...args,
    ]
    const settings = [...this.#partialClone(), ...(options.settings ?? [])]
    const output = await this.#talk(command, { ...options, settings })
    if (output instanceof GitTimeoutError) {
      throw new RemoteUnreachableError(this.#address.location, output.message, { cause: output })
    }
    if (output.exitCode === 0) return undefined
    const words = wordsForPeople(output.stderr)
    const verdict = judgeConnection(output.stderr)
    if (verdict === 'authentication') {
      throw new RemoteRefusedError(this.#address.location, verdict, words)
    }
    if (verdict === 'no-answer') throw new RemoteUnreachableError(this.#address.location, words)
    return withoutCredentials(output.stderr)
  }

  /**
   * The compare-and-swap. `--force-with-lease` with an explicit value is Git's way to say "only if
   * the branch is still there"; nothing can be overwritten by it, since that very value is the
   * parent of our commit, so whatever the lease lets through is a fast-forward. An empty value means
   * that the branch must not exist.
   *
   * @throws {BranchMovedError}
   * @throws {RemoteRefusedError}
   * @throws {RemoteUnreachableError}
   */
  async push(request: PushRequest): Promise<void> {
    const { branch, commit, expected } = request
    const command = [
      'push',
      '--porcelain',
      '--progress',
      // A thin pack builds on blobs that we may not have.
      '--no-thin',
      '--no-follow-tags',
      '--recurse-submodules=no',
      `--force-with-lease=refs/heads/${branch}:${expected ?? ''}`,
      this.#address.remote,
      `${commit}:refs/heads/${branch}`,
    ]
    const output = await this.#talk(command, this.#hooks())
    if (output instanceof GitTimeoutError) {
      return this.#settle(request, 'no-answer', output.message, output)
    }
    if (output.exitCode === 0) return
    const said = [output.stderr, ...rejectionsOf(output)].join('\n')
    await this.#settle(request, judgePush(said), wordsForPeople(said))
  }

  /** Id of the branch; `undefined` if there is none, or if nobody answers. */
  async whereIs(branch: string): Promise<string | undefined> {
    const output = await this.#talk(
      ['ls-remote', '--refs', this.#address.remote, `refs/heads/${branch}`],
      {},
    )
    if (output instanceof GitTimeoutError || output.exitCode !== 0) return undefined
    return /^[0-9a-f]+/.exec(output.stdout.toString())?.[0]
  }

  /** The hash algorithm of a remote that has nothing to fetch yet, which no command tells. */
  async announcedFormat(): Promise<'sha1' | 'sha256'> {
    const output = await this.#talk(['ls-remote', this.#address.remote], {
      env: { GIT_TRACE_PACKET: '1' },
    })
    const words = output instanceof GitTimeoutError ? '' : output.stderr
    return words.includes('object-format=sha256') ? 'sha256' : 'sha1'
  }

  async #settle(
    { branch, commit, expected }: PushRequest,
    verdict: PushVerdict | undefined,
    words: string,
    cause: unknown = new Error(words),
  ): Promise<void> {
    const { location } = this.#address
    if (verdict === 'lost-race') {
      // A lock that nobody gives back looks like a race that is lost every time.
      const isLocked = words.includes(".lock'")
      throw new BranchMovedError(branch, expected, { cause, words: isLocked ? words : undefined })
    }
    if (verdict === 'authentication' || verdict === 'checked-out' || verdict === 'hook') {
      throw new RemoteRefusedError(location, verdict, words)
    }
    // Words do not settle the rest: an answer can get lost after the server has said yes, and a
    // server may know a fourth way to say that somebody else was faster. The branch settles it.
    const actual = await this.whereIs(branch)
    if (actual === commit) return
    if (verdict === 'no-answer') {
      throw new RemoteUnreachableError(location, words, { cause, outcome: 'unknown' })
    }
    if (actual !== undefined && actual !== expected) {
      throw new BranchMovedError(branch, expected, { cause })
    }
    throw new RemoteRefusedError(location, 'rejected', words)
  }

  async #talk(args: readonly string[], options: GitOptions): Promise<GitOutput | GitTimeoutError> {
    try {
      return await this.#repository.try(args, { ...options, remote: true })
    } catch (error) {
      if (error instanceof GitTimeoutError) return error
      throw error
    }
  }

  /**
   * Blobs that we lack are known to be at the remote. Set for commands that talk to it only:
   * elsewhere, Git would fetch each one that it misses by itself, one connection a blob.
   */
  #partialClone(): readonly GitSetting[] {
    const { remote } = this.#address
    return [
      [`remote.${remote}.promisor`, 'true'],
      [`remote.${remote}.partialCloneFilter`, 'blob:none'],
    ]
  }

  /** The person's `pre-push` hook runs, and finds the person's work tree if it looks for one. */
  #hooks(): GitOptions {
    const { source } = this.#address
    if (source === undefined) return { settings: this.#partialClone() }
    const isBare = source.topLevel === source.commonDir
    return {
      settings: [...this.#partialClone(), ['core.hooksPath', source.hooksPath]],
      ...(!isBare && { env: { GIT_WORK_TREE: source.topLevel } }),
    }
  }
}

/** `--porcelain` puts what became of a reference on standard output: `!\t<from>:<to>\t<reason>`. */
const rejectionsOf = ({ stdout }: GitOutput): readonly string[] =>
  stdout
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.split('\t').at(-1) ?? '')
