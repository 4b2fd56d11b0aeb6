import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectFormat } from '../manifests/blob-id.ts'
import { withoutCredentials } from './git-answers.ts'
import { type GitSetting, gitEnvironment } from './git-environment.ts'
import { GitCommandError, GitUnusableError } from './git-errors.ts'
import { type GitOutput, runGit } from './git-process.ts'
import { type GitScratch, takeScratch } from './git-scratch.ts'
import type { GitSource } from './git-source.ts'

export interface GitScratchRepositoryProps {
  /** Folder for scratch repositories; a temporary one if `undefined`. */
  readonly folder: string | undefined
  /** Address of the remote. */
  readonly key: string
  readonly source: GitSource | undefined
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Settings for all commands. */
  readonly settings: readonly GitSetting[]
  readonly signal: AbortSignal | undefined
  readonly idleTimeoutMs: number
  readonly interactive: boolean
}

export interface GitOptions {
  readonly input?: string | Buffer
  /** Whether the command talks to the remote, and may have to wait for it. */
  readonly remote?: boolean
  readonly settings?: readonly GitSetting[]
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Objects that we read and write ourselves, between the person's repository and the remote. What
 * the person has configured for the source (identity, signing, credentials, proxies) applies here.
 */
export class GitScratchRepository {
  format: ObjectFormat
  readonly #props: GitScratchRepositoryProps
  #scratch: GitScratch
  #failed = false

  private constructor(props: GitScratchRepositoryProps, scratch: GitScratch, format: ObjectFormat) {
    this.#props = props
    this.#scratch = scratch
    this.format = format
  }

  static async open(props: GitScratchRepositoryProps): Promise<GitScratchRepository> {
    const scratch = await takeScratch(props)
    const repository = new GitScratchRepository(props, scratch, 'sha1')
    try {
      if (scratch.isEmpty) {
        await repository.#assertVersion()
        await repository.#initialize()
      } else {
        repository.format = await readFormat(scratch.gitDir)
      }
      return repository
    } catch (error) {
      await scratch.discard()
      throw error
    }
  }

  /** Starts anew with the other hash algorithm; what was kept from earlier runs is of no use. */
  async switchFormat(format: ObjectFormat): Promise<void> {
    do {
      await this.#scratch.discard()
      this.#scratch = await takeScratch(this.#props)
    } while (!this.#scratch.isEmpty)
    this.format = format
    await this.#initialize()
  }

  /** Runs a command, whatever its exit code. */
  async try(args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
    const { cwd, signal, idleTimeoutMs, interactive } = this.#props
    try {
      return await runGit({
        args,
        cwd,
        env: { ...this.#environment(options), ...options.env },
        signal,
        ...(options.input !== undefined && { input: options.input }),
        ...(options.remote && { idleTimeoutMs }),
        interactive: interactive && options.remote === true,
      })
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  /** Runs a command that can only fail for reasons that nobody foresees. */
  async run(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
    const output = await this.try(args, options)
    if (output.exitCode !== 0) throw this.failure(args, output)
    return output.stdout
  }

  failure(args: readonly string[], { exitCode, stderr }: GitOutput): GitCommandError {
    this.#failed = true
    return new GitCommandError(args[0] ?? '', exitCode, withoutCredentials(stderr))
  }

  /** Gives the repository back; after a failure it is thrown away, with whatever is half-written. */
  close(): Promise<void> {
    return this.#failed ? this.#scratch.discard() : this.#scratch.release()
  }

  /** Commits whose parents were not fetched, as far as there are any. */
  async shallowCommits(): Promise<ReadonlySet<string>> {
    try {
      const text = await readFile(join(this.#scratch.gitDir, 'shallow'), 'utf8')
      return new Set(text.split('\n').filter((line) => line !== ''))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set()
      throw error
    }
  }

  #environment({ settings = [] }: GitOptions): NodeJS.ProcessEnv {
    const { env, source, interactive } = this.#props
    return gitEnvironment({
      env,
      gitDir: this.#scratch.gitDir,
      include: source?.configFiles ?? [],
      settings: [
        ['gc.auto', '0'],
        ['maintenance.auto', 'false'],
        // Hooks of the person are for the person's own references.
        ['core.hooksPath', '/dev/null'],
        // Most of a commit is the inventory, whose ids hardly compress: trying takes longest of all.
        ['pack.compression', '1'],
        ...this.#props.settings,
        ...settings,
      ],
      interactive,
    })
  }

  async #assertVersion(): Promise<void> {
    const version = (await this.run(['version'])).toString()
    const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? []
    if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 31)) return
    throw new GitUnusableError(`\`git\` is too old: ${version.trim()}`)
  }

  async #initialize(): Promise<void> {
    const { gitDir } = this.#scratch
    await this.run(['init', '--quiet', '--bare', '--template=', `--object-format=${this.format}`], {
      env: { GIT_DIR: gitDir },
    })
  }
}

/** Read from the file and not by a command: it is asked at every start. */
async function readFormat(gitDir: string): Promise<ObjectFormat> {
  const config = await readFile(join(gitDir, 'config'), 'utf8')
  return /^\s*objectformat\s*=\s*sha256\s*$/im.test(config) ? 'sha256' : 'sha1'
}
