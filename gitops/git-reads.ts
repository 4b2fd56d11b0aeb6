import { readCommitObject } from './git-commit-object.ts'
import type { GitConnection } from './git-connection.ts'
import { GitCommandError } from './git-errors.ts'
import { type Batch, readBatch, readTree } from './git-output.ts'
import type { LoggedCommit, LogRequest, TreeFile } from './git-remote.ts'
import type { GitScratchRepository } from './git-scratch-repository.ts'
import { ReadMemory } from './read-memory.ts'

/** Commits that are fetched at once when the newest one is not enough; four times as many after it. */
const FIRST_DEPTH = 50

/**
 * What a scratch repository has of its remote, fetched where it is not here yet. Each command is a process,
 * so nothing is read twice of a branch that has not moved.
 */
export class GitReads {
  readonly #remote: string
  readonly #repository: GitScratchRepository
  readonly #connection: GitConnection
  readonly #memory = new ReadMemory()

  /** @param remote what Git calls it */
  constructor(remote: string, repository: GitScratchRepository, connection: GitConnection) {
    this.#remote = remote
    this.#repository = repository
    this.#connection = connection
  }

  /** To be told of each look at a branch. */
  lookedAt(tip: string | undefined): void {
    this.#memory.lookedAt(tip)
  }

  files(commit: string, folder: string): Promise<ReadonlyMap<string, TreeFile>> {
    return this.#memory.files(commit, folder, async () => {
      const below = folder === '' ? [] : ['--', `${folder}/`]
      const args = ['ls-tree', '-r', '-z', '--full-tree', commit, ...below]
      return readTree(await this.#repository.run(args), folder)
    })
  }

  contents(blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#memory.contents(blobs, async (missing) => {
      const local = await this.#readBlobs(missing)
      if (local.missing.length === 0) return local.contents
      await this.#fetch(['--stdin', this.#remote], {
        input: lines(local.missing),
        settings: [['fetch.negotiationAlgorithm', 'noop']],
      })
      const fetched = await this.#readBlobs(local.missing)
      return new Map([...local.contents, ...fetched.contents])
    })
  }

  log(request: LogRequest): Promise<readonly LoggedCommit[]> {
    return this.#memory.log(request, async () => {
      for (let deeper = FIRST_DEPTH; ; deeper *= 4) {
        const { commits, isEnough } = await this.#logOfWhatIsHere(request)
        if (isEnough) return commits
        await this.#fetch([`--deepen=${deeper}`, '--refmap=', this.#remote, request.commit])
      }
    })
  }

  async #fetch(...request: Parameters<GitConnection['fetch']>): Promise<void> {
    const words = await this.#connection.fetch(...request)
    if (words !== undefined) throw new GitCommandError('fetch', 128, words)
  }

  async #readBlobs(ids: readonly string[]): Promise<Batch> {
    if (ids.length === 0) return { contents: new Map(), missing: [] }
    return readBatch(await this.#repository.run(['cat-file', '--batch'], { input: lines(ids) }))
  }

  /** The oldest commits that were fetched seem to have added every path; they are not counted. */
  async #logOfWhatIsHere({ commit, path, limit, sinceMs = 0 }: LogRequest): Promise<{
    readonly commits: readonly LoggedCommit[]
    readonly isEnough: boolean
  }> {
    const oldest = await this.#repository.shallowCommits()
    const most = limit + oldest.size
    const literal = `:(top,literal)${path}`
    const args = ['rev-list', `--max-count=${most}`, commit, '--', literal]
    const listed = (await this.#repository.run(args)).toString().split('\n')
    const ids = listed.filter((id) => id !== '' && !oldest.has(id)).slice(0, limit)
    const { contents } = await this.#readBlobs(ids)
    const commits = ids.map((id) => readCommitObject(id, contents.get(id) ?? ''))
    const recent = commits.filter(({ committedAtMs }) => committedAtMs >= sinceMs)
    const isEnough = oldest.size === 0 || commits.length === limit || recent.length < commits.length
    return { commits: recent, isEnough }
  }
}

const lines = (items: readonly string[]): string => `${items.join('\n')}\n`
