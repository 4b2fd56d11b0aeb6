import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeSource, findGitSource } from '../../gitops/git-source.ts'
import { bareRepository, GIT_ENV, git, workingRepository, writeFiles } from './git.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
let count = 0
const newSource = (): string =>
  workingRepository(join(folder, String(++count)), { 'apps/main.ts': 'v1\n' })
const describeAt = (cwd: string) => describeSource({ cwd, env: GIT_ENV })

describe('the source of a publish', () => {
  it('is the commit of the work tree', async () => {
    const source = newSource()
    const head = git(source, 'rev-parse', 'HEAD').trim()
    expect(await describeAt(source)).toBe(head)
    expect(await describeAt(join(source, 'apps'))).toBe(head)
  })

  it.each([
    ['changed', { 'apps/main.ts': 'v2\n' }],
    ['new', { 'apps/more.ts': '' }],
  ])('is dirty if a file is %s', async (_what, files) => {
    const source = newSource()
    writeFiles(source, files)
    expect(await describeAt(source)).toMatch(/^[0-9a-f]{40}\+dirty$/)
  })

  it('is nothing outside of a repository, and before its first commit', async () => {
    expect(await describeAt(folder)).toBeUndefined()
    const empty = join(folder, String(++count))
    git('/', 'init', '--quiet', empty)
    expect(await describeAt(empty)).toBeUndefined()
  })

  it('is looked at without refreshing its index', async () => {
    const source = newSource()
    const file = join(source, 'apps', 'main.ts')
    utimesSync(file, new Date(0), new Date(0))
    const index = readFileSync(join(source, '.git', 'index'))
    await describeAt(source)
    expect(readFileSync(join(source, '.git', 'index')).equals(index)).toBe(true)
  })
})

describe('the repository around a folder', () => {
  it('is found from below, with its configuration and hooks', async () => {
    const source = newSource()
    expect(await findGitSource({ cwd: join(source, 'apps'), env: GIT_ENV })).toEqual({
      topLevel: source,
      commonDir: join(source, '.git'),
      hooksPath: join(source, '.git', 'hooks'),
      configFiles: [join(source, '.git', 'config')],
    })
  })

  it('may be bare, or a linked work tree with a configuration of its own', async () => {
    const bare = bareRepository(join(folder, `${++count}.git`))
    expect(await findGitSource({ cwd: bare, env: GIT_ENV })).toMatchObject({ commonDir: bare })
    const source = newSource()
    const linked = join(folder, `linked-${count}`)
    git(source, 'worktree', 'add', '--quiet', linked)
    git(source, 'config', 'extensions.worktreeConfig', 'true')
    git(linked, 'config', '--worktree', 'user.name', 'Linked')
    expect(await findGitSource({ cwd: linked, env: GIT_ENV })).toMatchObject({
      topLevel: linked,
      commonDir: join(source, '.git'),
      configFiles: [
        join(source, '.git', 'config'),
        join(source, '.git', 'worktrees', `linked-${count}`, 'config.worktree'),
      ],
    })
  })

  it('may not be there', async () => {
    expect(await findGitSource({ cwd: folder, env: GIT_ENV })).toBeUndefined()
  })
})
