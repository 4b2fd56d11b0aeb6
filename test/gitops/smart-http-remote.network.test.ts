import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BranchMovedError } from '../../gitops/git-remote-errors.ts'
import { GitLabRemote } from '../../gitops/gitlab-remote.ts'
import { FLUSH, pktLine } from '../../gitops/pkt-line.ts'
import { SmartHttpRemote } from '../../gitops/smart-http-remote.ts'
import { bareRepository, filesOf, git } from './git.ts'
import { commitFile } from './git-client.ts'
import type { GitHttpServerProps } from './git-http-server.ts'
import { sharedFolder } from './shared-folder.ts'
import { AUTHOR, serveRepository } from './smart-http-client.ts'

const folder = sharedFolder()
let count = 0

/** A new repository, and where to serve it from. */
function newRepository(...options: string[]) {
  const root = join(folder, String(++count))
  const repository = bareRepository(join(root, 'deploy.git'), ...options)
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  return { root, repository }
}

function hook(repository: string, script: string): void {
  const path = join(repository, 'hooks', 'pre-receive')
  mkdirSync(join(repository, 'hooks'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

const isPush = (request: { method?: string | undefined; url?: string | undefined }): boolean =>
  request.method === 'POST' && request.url?.endsWith('/git-receive-pack') === true

/** Answers one kind of request with a status. */
const answering =
  (
    status: number,
    body: string,
    headers: Readonly<Record<string, string>> = {},
    isMeant: typeof isPush = () => true,
  ): NonNullable<GitHttpServerProps['intercept']> =>
  (request, response) => {
    if (!isMeant(request)) return false
    response.writeHead(status, headers).end(body)
    return true
  }

describe('a server of smart HTTP that says no', () => {
  it.each([
    [401, 'HTTP Basic: Access denied', 'REMOTE_REFUSED', 'authentication'],
    // GitLab: lib/gitlab/git_access.rb
    [403, 'You are not allowed to push code to this project.', 'REMOTE_REFUSED', 'authentication'],
    [404, 'Not Found', 'REMOTE_REFUSED', 'authentication'],
    [413, 'Request Entity Too Large', 'REMOTE_REFUSED', 'rejected'],
    [500, 'oops', 'REMOTE_UNREACHABLE', undefined],
    [502, 'Bad Gateway', 'REMOTE_UNREACHABLE', undefined],
  ])('with %d: %s', async (status, body, code, reason) => {
    const { root } = newRepository()
    const { client } = await serveRepository({ root, intercept: answering(status, body) })
    await expect(client.tip('deploy')).rejects.toMatchObject({
      code,
      ...(reason !== undefined && { reason }),
      message: expect.stringContaining(body),
    })
  })

  it.each([
    // docs.gitlab.com, "User and IP rate limits": headers and text of the answer
    ['GitLab', 429, 'Retry later', { 'Retry-After': '12' }, 12_000],
    [
      'GitLab, by the time when it ends',
      429,
      'Retry later',
      {
        Date: 'Thu, 01 Oct 2026 10:00:00 GMT',
        'RateLimit-Remaining': '0',
        'RateLimit-Reset': String(Date.UTC(2026, 9, 1, 10, 0, 30) / 1000),
      },
      30_000,
    ],
    ['one that does not say', 429, '', {}, 60_000],
    ['one that forbids for a while', 403, 'slow down', { 'Retry-After': '3' }, 3000],
  ])('because of a rate limit: %s', async (_who, status, body, headers, retryAfterMs) => {
    const { root } = newRepository()
    const { client } = await serveRepository({ root, intercept: answering(status, body, headers) })
    await expect(client.tip('deploy')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs })
  })

  it('at a rate limit in the middle of a push: nothing is written, and the next one goes', async () => {
    const { root, repository } = newRepository()
    let isLimited = true
    const { client } = await serveRepository({
      root,
      intercept: answering(429, 'Retry later', { 'Retry-After': '1' }, (request) => {
        const isNow = isPush(request) && isLimited
        if (isNow) isLimited = false
        return isNow
      }),
    })
    await expect(commitFile(client, 'deploy', 'a')).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(git(repository, 'for-each-ref')).toBe('')
    await commitFile(client, 'deploy', 'a')
    expect(filesOf(repository, 'deploy')).toEqual({ a: 'a\n' })
  })

  it('by a hook, as for a protected branch: its words are passed on, nothing is written', async () => {
    const { root, repository } = newRepository()
    // GitLab: lib/gitlab/checks/branch_check.rb
    const words = 'GitLab: You are not allowed to push code to protected branches on this project.'
    hook(repository, `echo "${words}"; exit 1`)
    const { client } = await serveRepository({ root })
    await expect(commitFile(client, 'deploy', 'a')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      reason: 'rejected',
      message: expect.stringContaining(words),
    })
    expect(git(repository, 'for-each-ref')).toBe('')
  })

  it('because the repository has moved', async () => {
    const { root } = newRepository()
    const to = { Location: 'https://git.example.com/new.git' }
    const { client } = await serveRepository({ root, intercept: answering(301, '', to) })
    await expect(client.tip('deploy')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      remedy: expect.stringContaining('https://git.example.com/new.git'),
    })
  })

  it('is not asked with a password in its address, which would be shown', () => {
    const url = 'https://publisher:hunter2@git.example.com/deploy.git'
    expect(() => new SmartHttpRemote({ url, author: AUTHOR })).toThrow(
      "'url' must have no credentials in it: pass them as 'credentials'",
    )
  })

  it('to a token of GitLab: the remedy names the scope', async () => {
    const { root } = newRepository()
    const { server } = await serveRepository({ root, intercept: answering(401, 'Access denied') })
    const client = new GitLabRemote({
      instance: server.url,
      project: 'deploy',
      token: async () => 'wrong',
      author: AUTHOR,
    })
    await expect(client.tip('deploy')).rejects.toMatchObject({
      remedy: expect.stringContaining('write_repository'),
    })
  })
})

describe('a lost race over smart HTTP', () => {
  it.each([
    'failed to update ref',
    'non-fast-forward',
    'fetch first',
    "cannot lock ref 'refs/heads/deploy': is at 1a2b but expected 3c4d",
    'incorrect old value provided',
  ])('in the words: %s', async (reason) => {
    const { root } = newRepository()
    // `report-status` without a channel, as `gitprotocol-pack(5)` has it for whoever asks for none.
    const report = `${pktLine('unpack ok\n')}${pktLine(`ng refs/heads/deploy ${reason}\n`)}${FLUSH}`
    const body = pktLine(`\u0001${report}`) + FLUSH
    const { client } = await serveRepository({
      root,
      intercept: answering(200, body, {}, isPush),
    })
    await expect(commitFile(client, 'deploy', 'a')).rejects.toThrow(BranchMovedError)
  })

  it('is seen by the server alone: the push names the commit that the caller has seen', async () => {
    const { root, repository } = newRepository()
    const { client, server } = await serveRepository({ root })
    const seen = await commitFile(client, 'deploy', 'a')
    const other = new SmartHttpRemote({ url: `${server.url}/deploy.git`, author: AUTHOR })
    const theirs = await commitFile(other, 'deploy', 'b')
    const before = server.requests.length
    const late = client.commit({
      branch: 'deploy',
      parent: seen,
      isNewBranch: false,
      changes: [{ path: 'c', write: 'c\n' }],
      message: 'late\n',
    })
    await expect(late).rejects.toThrow(BranchMovedError)
    expect(server.requests.slice(before)).toEqual(['POST /deploy.git/git-receive-pack'])
    expect(git(repository, 'rev-parse', 'deploy').trim()).toBe(theirs)
  })

  it('is not forced by a branch that somebody has put back', async () => {
    const { root, repository } = newRepository()
    const { client } = await serveRepository({ root })
    const first = await commitFile(client, 'deploy', 'a')
    await commitFile(client, 'deploy', 'b')
    git(repository, 'update-ref', 'refs/heads/deploy', first)
    const parent = await client.tip('deploy')
    expect(parent).toBe(first)
    await commitFile(client, 'deploy', 'c')
    expect(filesOf(repository, 'deploy')).toEqual({ a: 'a\n', c: 'c\n' })
  })
})

describe('an answer that got lost over smart HTTP', () => {
  it('is no failure if the branch is where our commit is', async () => {
    const { root, repository } = newRepository()
    let isCut = false
    const { client } = await serveRepository({
      root,
      afterwards: (request) => {
        isCut ||= isPush(request)
        return isPush(request)
      },
    })
    const id = await commitFile(client, 'deploy', 'a')
    expect(isCut).toBe(true)
    expect(git(repository, 'rev-parse', 'deploy').trim()).toBe(id)
  })

  it.each([
    ['a connection that breaks', undefined],
    ['a gateway that gives up', 504],
  ])('leaves the outcome open if nobody can tell: %s', async (_what, status) => {
    const { root, repository } = newRepository()
    let isGone = false
    const { client } = await serveRepository({
      root,
      intercept: (request, response) => {
        isGone ||= isPush(request)
        if (!isGone) return false
        if (status === undefined) request.destroy()
        else response.writeHead(status).end('gone')
        return true
      },
    })
    await expect(commitFile(client, 'deploy', 'a')).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      outcome: 'unknown',
    })
    expect(git(repository, 'for-each-ref')).toBe('')
  })

  it('is told from one that never came: nobody listens', async () => {
    const client = new SmartHttpRemote({ url: 'http://127.0.0.1:1/deploy.git', author: AUTHOR })
    await expect(client.tip('deploy')).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      outcome: 'none',
    })
  })

  it('is not waited for longer than the caller wants', async () => {
    const { root } = newRepository()
    const { server } = await serveRepository({ root, intercept: () => true })
    const url = `${server.url}/deploy.git`
    const slow = new SmartHttpRemote({ url, author: AUTHOR, timeoutMs: 50 })
    await expect(slow.tip('deploy')).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' })
    const signal = AbortSignal.abort(new Error('enough'))
    const stopped = new SmartHttpRemote({ url, author: AUTHOR, signal })
    await expect(stopped.tip('deploy')).rejects.toThrow('enough')
  })
})

describe('a server that smart HTTP cannot use', () => {
  it('keeps objects by SHA-256', async () => {
    const { root } = newRepository('--object-format=sha256')
    const { client } = await serveRepository({ root })
    await expect(client.tip('deploy')).rejects.toMatchObject({
      code: 'UNSUPPORTED_SERVER',
      message: expect.stringContaining('SHA-1'),
      remedy: expect.stringContaining('lockstep/gitops/git'),
    })
  })

  it('does not know version 2 of the protocol', async () => {
    const { root, repository } = newRepository()
    const { client } = await serveRepository({
      root,
      intercept: (request) => {
        delete request.headers['git-protocol']
        return false
      },
    })
    git(repository, 'config', 'protocol.version', '0')
    await expect(client.tip('deploy')).rejects.toMatchObject({ code: 'UNSUPPORTED_SERVER' })
  })

  it('is none: a login page', async () => {
    const { root } = newRepository()
    const { client } = await serveRepository({
      root,
      intercept: answering(200, '<html>Sign in</html>'),
    })
    await expect(client.tip('deploy')).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' })
  })
})

describe('a pack that was damaged on the way', () => {
  it('is never taken for what it should have been', async () => {
    const { root } = newRepository()
    const { client, server } = await serveRepository({ root })
    const changes = ['a', 'b', 'c'].map((path) => ({ path, write: `content of ${path}\n` }))
    const tip = await client.commit({
      branch: 'deploy',
      parent: undefined,
      isNewBranch: true,
      changes,
      message: 'm\n',
    })
    const ids = [...(await client.files(tip, '')).values()].map(({ id }) => id)
    const expected = await client.contents(ids)
    const outcomes = { read: 0, refused: 0 }
    for (let offset = 20; offset < 200; offset += 3) {
      const damaged = new SmartHttpRemote({
        url: `${server.url}/deploy.git`,
        author: AUTHOR,
        fetch: flippingOneByte(offset),
      })
      try {
        expect(await damaged.contents(ids)).toEqual(expected)
        outcomes.read++
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^REMOTE_/) })
        outcomes.refused++
      }
    }
    expect(outcomes.refused).toBeGreaterThan(20)
  })
})

/** Changes one byte of every answer to a fetch. */
const flippingOneByte =
  (offset: number): typeof fetch =>
  async (input, init) => {
    const response = await fetch(input, init)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const byte = bytes[offset]
    if (init?.method === 'POST' && byte !== undefined) bytes[offset] = byte ^ 0x15
    return new Response(bytes, { status: response.status, headers: response.headers })
  }

describe('what smart HTTP reads', () => {
  it('is what a call needs: nothing beside the folder, no history, nothing twice', async () => {
    const { root, repository } = newRepository()
    const { client, server } = await serveRepository({ root })
    for (let version = 0; version < 3; version++) {
      for (const place of ['prod/shop/web', 'prod/shop/api', 'other/shop/web']) {
        await commitFile(client, 'deploy', `${place}.yaml`, `version: ${version} of ${place}\n`)
      }
    }
    const fresh = new SmartHttpRemote({ url: `${server.url}/deploy.git`, author: AUTHOR })
    const tip = (await fresh.tip('deploy')) ?? ''
    const first = server.requests.length
    const files = await fresh.files(tip, 'prod')
    expect([...files.keys()]).toEqual(['shop/api.yaml', 'shop/web.yaml'])
    // The commit, its tree, and all that is below `prod`.
    expect(server.requests.length - first).toBe(3)
    const second = server.requests.length
    await fresh.files(tip, 'prod')
    await fresh.contents([])
    expect(server.requests.length).toBe(second)
    const contents = await fresh.contents([...files.values()].map(({ id }) => id))
    expect(server.requests.length - second).toBe(1)
    expect([...contents.values()].sort()).toEqual([
      'version: 2 of prod/shop/api\n',
      'version: 2 of prod/shop/web\n',
    ])
    const third = server.requests.length
    await commitFile(fresh, 'deploy', 'prod/shop/new.yaml')
    // Where the branch is, what the server can do, the push.
    expect(server.requests.slice(third).map((request) => request.split(' ')[0])).toEqual([
      'POST',
      'GET',
      'POST',
    ])
    expect(Object.keys(filesOf(repository, 'deploy'))).toHaveLength(4)
  })

  it('is what has changed, of a folder that was listed before', async () => {
    const { root } = newRepository()
    let bytes = 0
    const counting: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      bytes += (await response.clone().arrayBuffer()).byteLength
      return response
    }
    const { client, server } = await serveRepository({ root }, { fetch: counting })
    const paths = Array.from({ length: 500 }, (_, file) => `prod/app-${file % 25}/${file}.yaml`)
    await client.commit({
      branch: 'deploy',
      parent: undefined,
      isNewBranch: true,
      changes: paths.map((path) => ({ path, write: `content of ${path}\n` })),
      message: 'm\n',
    })
    const lister = new SmartHttpRemote({
      url: `${server.url}/deploy.git`,
      author: AUTHOR,
      fetch: counting,
    })
    const list = async () => {
      bytes = 0
      return lister.files((await lister.tip('deploy')) ?? '', 'prod')
    }
    expect((await list()).size).toBe(500)
    const first = bytes
    await commitFile(client, 'deploy', 'prod/app-7/new.yaml')
    expect((await list()).size).toBe(501)
    expect(bytes).toBeLessThan(first / 4)
  })

  it('is forgotten when it is too much, and read again', async () => {
    const { root, repository } = newRepository()
    const { client } = await serveRepository({ root }, { cacheBytes: 0 })
    await commitFile(client, 'deploy', 'prod/a.yaml')
    const parent = await commitFile(client, 'deploy', 'prod/b.yaml')
    expect(await client.tip('deploy')).toBe(parent)
    expect([...(await client.files(parent, 'prod')).keys()]).toEqual(['a.yaml', 'b.yaml'])
    expect(Object.keys(filesOf(repository, 'deploy'))).toHaveLength(2)
  })

  it('is not taken away from whoever is in the middle of something', async () => {
    const { root, repository } = newRepository()
    const { client } = await serveRepository({ root }, { cacheBytes: 0 })
    const parent = await commitFile(client, 'deploy', 'prod/shop/a.yaml')
    let isDone = false
    const looking = (async () => {
      while (!isDone) await client.tip('deploy')
    })()
    const changes = Array.from({ length: 20 }, (_, file) => ({
      path: `prod/app-${file}/b.yaml`,
      write: 'b\n',
    }))
    const request = { branch: 'deploy', parent, isNewBranch: false, changes, message: 'm\n' }
    await client.commit(request).finally(() => {
      isDone = true
    })
    await looking
    expect(Object.keys(filesOf(repository, 'deploy'))).toHaveLength(21)
  })
})
