import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SmartHttpRemote } from '../../gitops/smart-http-remote.ts'
import { bareRepository, GIT_ENV, git } from './git.ts'
import { sharedFolder } from './shared-folder.ts'
import { AUTHOR, serveRepository } from './smart-http-client.ts'

const folder = sharedFolder()
const FILES = ['prod/a.yaml', 'prod/deep/b.yaml', 'other.yaml']

/** A commit: which of the earlier ones are its parents, and what it writes where. */
interface DrawnCommit {
  readonly parents: readonly number[]
  readonly file: number
  readonly content: number | undefined
  readonly mode: '100644' | '100755'
}

const drawnCommit = fc.record<DrawnCommit>({
  parents: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 2 }),
  file: fc.nat({ max: FILES.length - 1 }),
  // Few contents, so that histories come to the same in different ways.
  content: fc.option(fc.nat({ max: 1 }), { nil: undefined, freq: 5 }),
  mode: fc.constantFrom('100644', '100755'),
})

/** As input of `git fast-import`. Parents are told by how many commits they lie back. */
function importOf(commits: readonly DrawnCommit[]): string {
  const parts = commits.map(({ parents, file, content, mode }, index) => {
    const marks = [...new Set(parents.map((back) => index - back))].filter((mark) => mark > 0)
    const [first, second] = marks
    return [
      `commit refs/heads/deploy\nmark :${index + 1}\n`,
      `committer A <a@example.com> ${1_700_000_000 + index * 60} +0000\ndata 2\nm\n`,
      first === undefined ? '' : `from :${first}\n`,
      second === undefined ? '' : `merge :${second}\n`,
      content === undefined
        ? `D ${FILES[file]}\n`
        : `M ${mode} inline ${FILES[file]}\ndata 2\n${content}\n`,
      '\n',
    ].join('')
  })
  return parts.join('')
}

describe('the history of a path over smart HTTP', () => {
  it('is the one that Git tells, through all merges and however far back', async () => {
    let count = 0
    const root = join(folder, 'served')
    bareRepository(join(root, 'deploy.git'))
    const { server } = await serveRepository({ root })
    const property = fc.asyncProperty(
      fc.array(drawnCommit, { minLength: 1, maxLength: 160, size: 'max' }),
      fc.constantFrom('prod/a.yaml', 'prod', 'prod/deep', 'missing'),
      fc.integer({ min: 1, max: 200 }),
      async (commits, path, limit) => {
        const name = `${++count}.git`
        const repository = bareRepository(join(root, name))
        git(repository, 'config', 'uploadpack.allowFilter', 'true')
        execFileSync('git', ['fast-import', '--quiet', '--force'], {
          cwd: repository,
          env: GIT_ENV,
          input: importOf(commits),
        })
        const args = ['--format=%H', `--max-count=${limit}`, 'deploy', '--', path]
        const expected = git(repository, 'log', ...args)
          .split('\n')
          .filter(Boolean)
        const client = new SmartHttpRemote({ url: `${server.url}/${name}`, author: AUTHOR })
        const commit = (await client.tip('deploy')) ?? ''
        const told = await client.log({ commit, path, limit })
        expect(told.map(({ id }) => id)).toEqual(expected)
      },
    )
    await fc.assert(property, { numRuns: 25 })
  }, 300_000)

  it('is fetched as far back as is asked, by the dozen', async () => {
    const root = join(folder, 'long')
    const repository = bareRepository(join(root, 'deploy.git'))
    git(repository, 'config', 'uploadpack.allowFilter', 'true')
    const commits = Array.from({ length: 1000 }, (_, index) => ({
      parents: [0],
      file: index % 2,
      content: index,
      mode: '100644' as const,
    }))
    execFileSync('git', ['fast-import', '--quiet'], {
      cwd: repository,
      env: GIT_ENV,
      input: importOf(commits).replaceAll(/data 2\n(\d+)\n/g, (_, text: string) => {
        return `data ${text.length}\n${text}\n`
      }),
    })
    const { client, server } = await serveRepository({ root })
    const commit = (await client.tip('deploy')) ?? ''
    const before = server.requests.length
    expect(await client.log({ commit, path: 'prod/a.yaml', limit: 10 })).toHaveLength(10)
    // The commit, 50 before it, and their trees on two levels.
    expect(server.requests.length - before).toBeLessThanOrEqual(6)
    expect(await client.log({ commit, path: 'prod/a.yaml', limit: 1000 })).toHaveLength(500)
    expect(server.requests.length - before).toBeLessThanOrEqual(24)
    const sinceMs = 1_700_000_000_000 + 990 * 60_000
    expect(await client.log({ commit, path: 'prod', limit: 1000, sinceMs })).toHaveLength(10)
  })
})
