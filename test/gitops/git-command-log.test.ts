import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { bareRepository, GIT_ENV, git } from './git.ts'
import { gitClient } from './git-client.ts'

/** A branch of many commits, of which every hundredth changes one file and all others another. */
function longHistory(commits: number): string {
  const repository = bareRepository(join(temporaryFolder(), 'deploy.git'))
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  const input = Array.from({ length: commits }, (_, index) => {
    const path = index % 100 === 0 ? 'prod/rare.yaml' : 'prod/often.yaml'
    const text = `${index}\n`
    return [
      'commit refs/heads/deploy',
      `committer Platform Team <platform-team@example.com> ${1_700_000_000 + index} +0000`,
      `data ${Buffer.byteLength(`commit ${index}\n`)}\ncommit ${index}\n`,
      `M 100644 inline ${path}\ndata ${text.length}\n${text}`,
    ].join('\n')
  })
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: repository,
    env: GIT_ENV,
    input: `${input.join('\n')}\n`,
  })
  return repository
}

/** Over a protocol, so that no object is there that was not fetched. */
const open = (repository: string) => gitClient(`file://${repository}`)

const subjectsOf = (log: readonly { readonly message: string }[]): readonly string[] =>
  log.map(({ message }) => message)

describe('the log of a client that has only the newest commit', { timeout: 60_000 }, () => {
  it('goes as far back as it must', async () => {
    const client = await open(longHistory(450))
    const commit = (await client.tip('deploy')) ?? ''
    const often = await client.log({ commit, path: 'prod/often.yaml', limit: 3 })
    expect(subjectsOf(often)).toEqual(['commit 449', 'commit 448', 'commit 447'])
    const rare = await client.log({ commit, path: 'prod/rare.yaml', limit: 10 })
    expect(subjectsOf(rare)).toEqual([
      'commit 400',
      'commit 300',
      'commit 200',
      'commit 100',
      'commit 0',
    ])
    expect(rare.at(-1)?.parents).toEqual([])
    expect(rare[0]?.committedAtMs).toBe(1_700_000_400_000)
    expect(await client.log({ commit, path: 'prod/never.yaml', limit: 1 })).toEqual([])
  })

  it('goes no further back than it is asked for', async () => {
    const repository = longHistory(450)
    const client = await open(repository)
    const commit = (await client.tip('deploy')) ?? ''
    const recent = await client.log({
      commit,
      path: 'prod',
      limit: 1000,
      sinceMs: 1_700_000_447_000,
    })
    expect(subjectsOf(recent)).toEqual(['commit 449', 'commit 448', 'commit 447'])
    // The oldest commit was not fetched for that.
    const oldest = git(repository, 'rev-list', '--max-parents=0', 'deploy').trim()
    await expect(client.files(oldest, 'prod')).rejects.toThrow()
  })

  it('goes on publishing on top of what it has', async () => {
    const repository = longHistory(120)
    const client = await open(repository)
    const parent = (await client.tip('deploy')) ?? ''
    await client.log({ commit: parent, path: 'prod/rare.yaml', limit: 10 })
    const commit = await client.commit({
      branch: 'deploy',
      parent,
      isNewBranch: false,
      changes: [{ path: 'prod/rare.yaml', write: 'new\n' }],
      message: 'newest\n',
    })
    expect(await client.tip('deploy')).toBe(commit)
    const log = await client.log({ commit, path: 'prod/rare.yaml', limit: 2 })
    expect(subjectsOf(log)).toEqual(['newest', 'commit 100'])
    git(repository, 'fsck', '--strict')
  })

  it('tells of a merge what was merged', async () => {
    const repository = longHistory(3)
    const clone = join(temporaryFolder(), 'clone')
    git('/', 'clone', '--quiet', '--branch', 'deploy', repository, clone)
    git(clone, 'checkout', '--quiet', '-b', 'proposal', 'HEAD~1')
    execFileSync('sh', ['-c', 'echo proposed > prod/rare.yaml'], { cwd: clone, env: GIT_ENV })
    git(clone, 'commit', '--quiet', '--all', '--message', 'proposed')
    git(clone, 'checkout', '--quiet', 'deploy')
    git(clone, 'merge', '--quiet', '--no-edit', 'proposal')
    git(clone, 'push', '--quiet', 'origin', 'deploy')
    const client = await open(repository)
    const commit = (await client.tip('deploy')) ?? ''
    const log = await client.log({ commit, path: 'prod/rare.yaml', limit: 10 })
    expect(subjectsOf(log)).toEqual(['proposed', 'commit 0'])
  })
})
