import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gitEnvironment } from './git-environment.ts'
import { GitCommandError } from './git-errors.ts'
import { type GitOutput, runGit } from './git-process.ts'

/** The repository of the app definitions, from where people publish. It is only ever read. */
export interface GitSource {
  /** Top folder of the work tree; the repository itself if it is bare. */
  readonly topLevel: string
  /** The `.git` folder, shared by linked work trees. */
  readonly commonDir: string
  /** Folder of its hooks. */
  readonly hooksPath: string
  /** Its own configuration files, in order. */
  readonly configFiles: readonly string[]
}

export interface GitSourceProps {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

/**
 * The Git repository that `cwd` lies in; `undefined` if it lies in none.
 *
 * @throws {GitCommandError} if there is one that Git does not want to read, as one of another user
 */
export async function findGitSource(props: GitSourceProps): Promise<GitSource | undefined> {
  const { exitCode, stdout, stderr } = await git(
    props,
    'rev-parse',
    '--path-format=absolute',
    '--git-common-dir',
    '--git-path',
    'hooks',
    '--git-path',
    'config.worktree',
    '--is-bare-repository',
    '--show-toplevel',
  )
  const [commonDir, hooksPath, worktreeConfig, isBare, topLevel] = stdout.toString().split('\n')
  if (/not a git repository/.test(stderr)) return undefined
  // A bare repository has all but a top level, which fails the command at its end.
  const isFailure = exitCode !== 0 && isBare !== 'true'
  if (isFailure || !commonDir || !hooksPath || !worktreeConfig) {
    throw new GitCommandError('rev-parse', exitCode, stderr)
  }
  return {
    topLevel: topLevel || commonDir,
    commonDir,
    hooksPath,
    configFiles: [join(commonDir, 'config'), worktreeConfig].filter((path) => existsSync(path)),
  }
}

/**
 * What the work tree holds, for the record: `<commit>`, with `+dirty` if there are changes that no
 * commit has; `undefined` outside of a repository and before its first commit.
 */
export async function describeSource(props: GitSourceProps): Promise<string | undefined> {
  const [head, status] = await Promise.all([
    git(props, 'rev-parse', '--verify', '--quiet', 'HEAD'),
    git(props, 'status', '--porcelain', '--untracked-files=normal'),
  ])
  if (head.exitCode !== 0) return undefined
  const isClean = status.exitCode === 0 && status.stdout.length === 0
  return `${head.stdout.toString().trim()}${isClean ? '' : '+dirty'}`
}

/** The address that the source knows under a name; `undefined` if it is no remote of it. */
export async function remoteUrl(props: GitSourceProps, name: string): Promise<string | undefined> {
  // A name that looks like an option is none.
  if (name.startsWith('-')) return undefined
  const { exitCode, stdout } = await git(props, 'remote', 'get-url', name)
  return exitCode === 0 ? stdout.toString().trim() : undefined
}

function git({ cwd, env, signal }: GitSourceProps, ...args: string[]): Promise<GitOutput> {
  return runGit({
    args,
    cwd,
    env: gitEnvironment({ env, interactive: false }),
    signal,
    interactive: false,
  })
}
