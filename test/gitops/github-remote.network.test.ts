import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BranchMovedError } from '../../gitops/git-remote-errors.ts'
import { GitHubRemote } from '../../gitops/github-remote.ts'
import { filesOf, git } from './git.ts'
import { commitFile } from './git-client.ts'
import { serveGitHub } from './github-client.ts'
import type { GitHubCall, GitHubServerProps, Reply } from './github-server.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
let count = 0

const serve = (props: Partial<GitHubServerProps> = {}) =>
  serveGitHub(join(folder, String(++count)), props)

const isCommit = ({ operation }: GitHubCall): boolean => operation === 'Commit'

const NOW = 'Thu, 01 Oct 2026 10:00:00 GMT'
const IN_90_SECONDS = String(Date.UTC(2026, 9, 1, 10, 1, 30) / 1000)

describe('a rate limit of GitHub', () => {
  // docs.github.com, "Rate limits for the REST API" and "Rate limits and query limits for the GraphQL API"
  const primary = { Date: NOW, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': IN_90_SECONDS }
  const secondary = {
    message:
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  }
  it.each<[string, Reply, number]>([
    [
      'the primary one, of REST',
      { status: 403, body: { message: 'API rate limit exceeded' }, headers: primary },
      90_000,
    ],
    [
      'the primary one, of GraphQL',
      {
        status: 200,
        body: { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
        headers: primary,
      },
      90_000,
    ],
    [
      'a secondary one that says when to come back',
      { status: 403, body: secondary, headers: { 'retry-after': '7' } },
      7000,
    ],
    ['a secondary one that does not', { status: 403, body: secondary }, 60_000],
    ['too many requests', { status: 429, body: secondary, headers: { 'retry-after': '2' } }, 2000],
  ])('says how long to wait: %s', async (_which, reply, retryAfterMs) => {
    const { client } = await serve({ intercept: () => reply })
    await expect(client.tip('main')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs })
  })

  it('at a commit has written nothing', async () => {
    const { client, repository, first } = await serve({
      intercept: (call) => (isCommit(call) ? { status: 403, body: secondary } : undefined),
    })
    await expect(commitFile(client, 'main', 'a')).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(git(repository, 'rev-parse', 'main').trim()).toBe(first)
  })
})

describe('GitHub says no', () => {
  it.each<[string, Reply]>([
    ['who are you', { status: 401, body: { message: 'Bad credentials' } }],
    ['not you', { status: 403, body: { message: 'Resource not accessible by integration' } }],
    ['there is nothing', { status: 404, body: { message: 'Not Found' } }],
  ])('%s', async (_what, reply) => {
    const { client } = await serve({ intercept: () => reply })
    await expect(client.tip('main')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      reason: 'authentication',
      message: expect.stringContaining((reply.body as { message: string }).message),
      remedy: expect.stringContaining('Contents: read and write'),
    })
  })

  it('to a repository that we may not see, in words of GraphQL', async () => {
    const { client } = await serve({ name: 'somebody/else' })
    await expect(client.tip('main')).rejects.toMatchObject({
      reason: 'authentication',
      message: expect.stringContaining('Could not resolve to a Repository'),
    })
  })

  it.each([
    ['FORBIDDEN', 'Resource not accessible by personal access token', 'authentication'],
    // As reported in Thinkmill/keystatic issue 1598 and microsoft/vscode-remote-repositories-github
    // issue 252. The type for rulesets is another one, documented nowhere.
    [
      'BRANCH_PROTECTION_RULE_VIOLATION',
      "protected branch 'main' check failed:\nAt least 1 approving review is required by reviewers with write access.",
      'rejected',
    ],
    [
      undefined,
      'Repository rule violations found\n\nChanges must be made through a pull request.',
      'rejected',
    ],
  ])('to a commit: %s, %s', async (type, message, reason) => {
    const { client, repository, first } = await serve({
      intercept: (call) =>
        isCommit(call)
          ? {
              status: 200,
              body: { data: { createCommitOnBranch: null }, errors: [{ type, message }] },
            }
          : undefined,
    })
    await expect(commitFile(client, 'main', 'a')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      reason,
      message: expect.stringContaining(message),
    })
    expect(git(repository, 'rev-parse', 'main').trim()).toBe(first)
  })

  it('to a new branch, whose name is protected', async () => {
    // As reported in actions/github-script issue 455.
    const body = { message: 'Reference update failed' }
    const { client, repository } = await serve({
      intercept: ({ path }) => (path.endsWith('/git/refs') ? { status: 422, body } : undefined),
    })
    await expect(commitFile(client, 'deploy', 'a')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      reason: 'rejected',
      message: expect.stringContaining('Reference update failed'),
    })
    expect(git(repository, 'for-each-ref', 'refs/heads/deploy')).toBe('')
  })

  it('to a branch in a repository without any commit, and says who can make one', async () => {
    const { client, repository } = await serve()
    git(repository, 'update-ref', '-d', 'refs/heads/main')
    await expect(commitFile(client, 'deploy', 'a')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      remedy: expect.stringContaining('Add a README'),
    })
  })
})

describe('a lost race at GitHub', () => {
  it('is told by the branch, whatever the words are', async () => {
    let theirs = ''
    const { client, repository, first } = await serve({
      intercept: (call) => {
        if (!isCommit(call)) return undefined
        theirs = git(repository, 'commit-tree', '-p', first, '-m', 'x', `${first}^{tree}`).trim()
        git(repository, 'update-ref', 'refs/heads/main', theirs)
        const errors = [{ message: 'Something went wrong while executing your query.' }]
        return { status: 200, body: { data: { createCommitOnBranch: null }, errors } }
      },
    })
    await expect(commitFile(client, 'main', 'a')).rejects.toThrow(BranchMovedError)
    expect(git(repository, 'rev-parse', 'main').trim()).toBe(theirs)
  })
})

describe('an answer of GitHub that got lost', () => {
  it('leaves open whether the commit was made, and the branch tells', async () => {
    const { client, repository, first } = await serve({ afterwards: isCommit })
    await expect(commitFile(client, 'main', 'a')).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      outcome: 'unknown',
      remedy: expect.stringContaining('may have arrived'),
    })
    expect(await client.tip('main')).not.toBe(first)
    expect(filesOf(repository, 'main')).toEqual({ 'README.md': 'Hello\n', a: 'a\n' })
  })

  it('about a new branch is no failure if the branch is there', async () => {
    const { client, repository } = await serve({ afterwards: ({ path }) => path.endsWith('/refs') })
    const id = await commitFile(client, 'deploy', 'a')
    expect(git(repository, 'rev-parse', 'deploy').trim()).toBe(id)
  })

  it.each<[string, Reply | 'cut']>([
    ['a gateway', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['a connection that breaks', 'cut'],
    ['something that is no JSON', { status: 200, body: '<html>Maintenance</html>' }],
  ])('about a read has written nothing: %s', async (_what, reply) => {
    const { client } = await serve({ intercept: () => reply })
    await expect(client.tip('main')).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      outcome: 'none',
    })
  })
})

describe('GitHub that does not answer', () => {
  const silence: typeof fetch = async (_url, init) => {
    init?.signal?.throwIfAborted()
    return new Promise((_, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
  }

  it('is not waited for longer than the caller wants', async () => {
    const access = { repository: 'platform/deploy', access: 'secret', fetch: silence }
    const slow = new GitHubRemote({ ...access, timeoutMs: 50 })
    await expect(slow.tip('main')).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' })
    const interruption = new AbortController()
    const stopped = new GitHubRemote({ ...access, signal: interruption.signal })
    const tip = stopped.tip('main')
    interruption.abort(new Error('enough'))
    await expect(tip).rejects.toThrow('enough')
  })
})

describe('what is read from GitHub', () => {
  it('comes whole, where GraphQL cuts it, leaves it out or converts it', async () => {
    const { client } = await serve()
    const texts = ['long\n'.repeat(200_000), 'a\u0000binary\n', 'plain ✓\n', '']
    const tip = await client.tip('main')
    const commit = await client.commit({
      branch: 'main',
      parent: tip,
      isNewBranch: false,
      changes: texts.map((write, index) => ({ path: `prod/${index}`, write })),
      message: 'texts\n',
    })
    const files = await client.files(commit, 'prod')
    const contents = await client.contents([...files.values()].map(({ id }) => id))
    // Not compared as a whole: what a megabyte differs in takes minutes to show.
    const isWhole = [...files.values()].map(({ id }, index) => contents.get(id) === texts[index])
    expect(isWhole).toEqual(texts.map(() => true))
  })

  it('is listed folder by folder, where GitHub cuts the listing', async () => {
    const { client } = await serve({
      intercept: ({ path }) =>
        path.endsWith('?recursive=1')
          ? { status: 200, body: { tree: [], truncated: true } }
          : undefined,
    })
    const paths = ['prod/a.yaml', 'prod/shop/c.yaml', 'prod/shop/deep/b.yaml']
    const commit = await client.commit({
      branch: 'deploy',
      parent: undefined,
      isNewBranch: true,
      changes: paths.map((path) => ({ path, write: path })),
      message: 'm\n',
    })
    expect([...(await client.files(commit, '')).keys()].sort()).toEqual(paths)
  })

  it('is listed once, as long as the folder has not changed', async () => {
    const { client, server } = await serve()
    const commit = await commitFile(client, 'deploy', 'prod/a.yaml')
    await client.files(commit, 'prod')
    const next = await client.commit({
      branch: 'deploy',
      parent: commit,
      isNewBranch: false,
      changes: [{ path: 'other/b.yaml', write: 'b' }],
      message: 'm\n',
    })
    const listings = () => server.calls.filter(({ path }) => path.includes('/git/trees/')).length
    const before = listings()
    expect([...(await client.files(next, 'prod')).keys()]).toEqual(['a.yaml'])
    expect(listings()).toBe(before)
  })
})
