import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Terminal } from '../cli/terminal.ts'
import { GitCommandRemote } from '../gitops/git-command-remote.ts'
import { DemoStepError } from './demo-step-error.ts'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))

/**
 * A user's project in a temporary folder: a copy of the shop in a Git repository of its own, and a
 * bare repository beside it that plays the one that Flux or Argo CD watches.
 */
export class Workspace implements AsyncDisposable {
  /** Where the app definitions are. */
  readonly source: string
  /** The deploy repository. */
  readonly deploy: string
  /** Where the functions keep locks. */
  readonly locks: string
  readonly #folder: string
  readonly #terminal: WorkspaceTerminal

  private constructor(folder: string, terminal: WorkspaceTerminal) {
    this.#folder = folder
    this.#terminal = terminal
    this.source = join(folder, 'shop')
    this.deploy = join(folder, 'deploy.git')
    this.locks = join(folder, 'locks.db')
  }

  /** @param terminal whose signal ends whatever is run in it */
  static async create(terminal: WorkspaceTerminal): Promise<Workspace> {
    const workspace = new Workspace(await mkdtemp(join(tmpdir(), 'lockstep-demo-')), terminal)
    const { source, deploy } = workspace
    await cp(join(PROJECT, 'apps'), join(source, 'apps'), { recursive: true })
    await cp(join(PROJECT, 'cdk8s.yaml'), join(source, 'cdk8s.yaml'))
    await mkdir(join(source, 'node_modules'))
    // As an install would, so that `import … from 'lockstep'` means this checkout.
    await symlink(PROJECT, join(source, 'node_modules', 'lockstep'), 'dir')
    for (const peer of ['cdk8s', 'cdk8s-plus-27', 'constructs']) {
      await symlink(join(PROJECT, 'node_modules', peer), join(source, 'node_modules', peer), 'dir')
    }
    await workspace.git('init', '--quiet', '--bare', '--initial-branch=main', deploy)
    await workspace.git('init', '--quiet', '--initial-branch=main')
    await workspace.git('remote', 'add', 'origin', deploy)
    await workspace.git('config', 'user.name', 'demo')
    await workspace.git('config', 'user.email', 'demo@example.com')
    await workspace.git('config', 'commit.gpgsign', 'false')
    await writeFile(join(source, '.gitignore'), 'node_modules/\ndist/\n')
    await workspace.git('add', '.')
    await workspace.commit('the shop')
    return workspace
  }

  get env(): Terminal['env'] {
    return this.#terminal.env
  }

  /** Runs `git` in the source repository and answers with what it printed. */
  async git(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.#run('git', args)
    if (code !== 0) throw new DemoStepError(`git ${args.join(' ')}`, output)
    return output
  }

  async commit(message: string): Promise<void> {
    await this.git('commit', '--quiet', '--all', `--message=${message}`)
  }

  /** Runs the `lockstep` command as a user would, in a process of its own. */
  lockstep(...args: readonly string[]): Promise<Run> {
    return this.#run(process.execPath, [join(PROJECT, 'cli', 'main.ts'), ...args])
  }

  /** The deploy repository, for one caller. */
  openDeploy(): Promise<GitCommandRemote> {
    return GitCommandRemote.open({
      remote: this.deploy,
      cwd: this.source,
      env: this.#terminal.env,
      signal: this.#terminal.signal,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  #run(command: string, args: readonly string[]): Promise<Run> {
    const { signal } = this.#terminal
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: this.source,
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
      })
      let output = ''
      const collect = (chunk: Buffer) => {
        output += chunk.toString()
      }
      child.stdout.on('data', collect)
      child.stderr.on('data', collect)
      // What was told to end is waited for too, as it still writes to the folder.
      child.once('error', (error) => signal.aborted || reject(error))
      child.once('close', (code) =>
        signal.aborted ? reject(signal.reason) : resolve({ code: code ?? 1, output }),
      )
    })
  }
}

type WorkspaceTerminal = Pick<Terminal, 'env' | 'signal'>

export interface Run {
  readonly code: number
  /** Standard output and error, as they came. */
  readonly output: string
}
