import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** An environment without any configuration of this machine, in which somebody may commit. */
export const GIT_ENV: Readonly<Record<string, string | undefined>> = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Platform Team',
  GIT_AUTHOR_EMAIL: 'platform-team@example.com',
  GIT_COMMITTER_NAME: 'Platform Team',
  GIT_COMMITTER_EMAIL: 'platform-team@example.com',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'init.defaultBranch',
  GIT_CONFIG_VALUE_0: 'main',
}

/** Runs `git` in a folder and returns what it prints. */
export function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    env: GIT_ENV,
    encoding: 'utf8',
    stdio: 'pipe',
    maxBuffer: 64 * 1024 * 1024,
  })
}

/** Makes a bare repository without any commit. */
export function bareRepository(folder: string, ...options: string[]): string {
  mkdirSync(dirname(folder), { recursive: true })
  execFileSync('git', ['init', '--quiet', '--bare', ...options, folder], { env: GIT_ENV })
  return folder
}

/** Makes a repository with a work tree and one commit. */
export function workingRepository(folder: string, files: Readonly<Record<string, string>>): string {
  execFileSync('git', ['init', '--quiet', folder], { env: GIT_ENV })
  writeFiles(folder, files)
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', 'initial')
  return folder
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** All files of a branch with their contents, read by `git` itself. */
export function filesOf(repository: string, branch: string): Record<string, string> {
  const paths = git(repository, 'ls-tree', '-r', '-z', '--name-only', branch).split('\0')
  return Object.fromEntries(
    paths
      .filter((path) => path !== '')
      .map((path) => [path, git(repository, 'cat-file', 'blob', `${branch}:${path}`)]),
  )
}
