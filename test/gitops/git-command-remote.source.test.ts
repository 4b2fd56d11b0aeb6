import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bareRepository, filesOf, GIT_ENV, git, workingRepository, writeFiles } from './git.ts'
import { commitFile, gitClient } from './git-client.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
let count = 0

/** A repository of app definitions whose remote `deploy` is a bare repository. */
function setUp() {
  const base = join(folder, String(++count))
  const remote = bareRepository(join(base, 'deploy.git'))
  const source = workingRepository(join(base, 'source'), { 'apps/main.ts': 'v1\n' })
  git(source, 'remote', 'add', 'deploy', remote)
  return { remote, source }
}

function hook(source: string, name: string, script: string): void {
  const path = join(source, '.git', 'hooks', name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

/** Everything of a repository that belongs to the person. */
function stateOf(source: string) {
  const index = join(source, '.git', 'index')
  return {
    head: readFileSync(join(source, '.git', 'HEAD'), 'utf8'),
    index: readFileSync(index).toString('base64'),
    refs: git(source, 'for-each-ref'),
    status: git(source, '--no-optional-locks', 'status', '--porcelain'),
    objects: git(source, 'count-objects'),
    config: readFileSync(join(source, '.git', 'config'), 'utf8'),
  }
}

describe('the repository that people publish from', () => {
  it('is not touched: work tree, index, HEAD, references, objects, configuration', async () => {
    const { remote, source } = setUp()
    writeFiles(source, { 'apps/main.ts': 'v2, staged\n' })
    git(source, 'add', 'apps/main.ts')
    writeFiles(source, { 'apps/main.ts': 'v3, not staged\n', 'apps/new.ts': 'untracked\n' })
    const before = stateOf(source)
    const client = await gitClient('deploy', { cwd: join(source, 'apps') })
    await commitFile(client, 'deploy', 'a')
    await commitFile(client, 'deploy', 'b')
    await client.close()
    expect(stateOf(source)).toEqual(before)
    expect(filesOf(remote, 'deploy')).toEqual({ a: 'a\n', b: 'b\n' })
  })

  it('may be the deploy repository, and then gains the branch and nothing else', async () => {
    const { source } = setUp()
    const { head, index, status, config } = stateOf(source)
    const client = await gitClient('.', { cwd: source })
    await commitFile(client, 'deploy', 'a')
    expect(stateOf(source)).toMatchObject({ head, index, status, config })
    expect(git(source, 'for-each-ref', '--format=%(refname)').split('\n')).toEqual([
      'refs/heads/deploy',
      'refs/heads/main',
      '',
    ])
  })

  it('may be a linked work tree or a bare repository', async () => {
    const { remote, source } = setUp()
    git(source, 'worktree', 'add', '--quiet', join(source, '..', 'linked'))
    await commitFile(
      await gitClient('deploy', { cwd: join(source, '..', 'linked') }),
      'linked',
      'a',
    )
    expect(filesOf(remote, 'linked')).toEqual({ a: 'a\n' })
    git(join(source, '..'), 'clone', '--quiet', '--bare', source, 'bare.git')
    const bare = join(source, '..', 'bare.git')
    await commitFile(await gitClient(remote, { cwd: bare }), 'bare', 'a')
    expect(filesOf(remote, 'bare')).toEqual({ a: 'a\n' })
  })

  it('does not matter to commands that run inside of a hook or alias of another one', async () => {
    const { remote, source } = setUp()
    const { source: other } = setUp()
    const before = stateOf(other)
    const env = {
      ...GIT_ENV,
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, '.git', 'index'),
      GIT_OBJECT_DIRECTORY: join(other, '.git', 'objects'),
      GIT_PREFIX: 'apps/',
    }
    await commitFile(await gitClient('deploy', { cwd: source, env }), 'deploy', 'a')
    expect(stateOf(other)).toEqual(before)
    expect(filesOf(remote, 'deploy')).toEqual({ a: 'a\n' })
  })
})

describe('what Git has configured for that repository', () => {
  const {
    GIT_AUTHOR_NAME,
    GIT_AUTHOR_EMAIL,
    GIT_COMMITTER_NAME,
    GIT_COMMITTER_EMAIL,
    ...anonymous
  } = GIT_ENV

  it('names the author', async () => {
    const { remote, source } = setUp()
    git(source, 'config', 'user.name', 'Local Name')
    git(source, 'config', 'user.email', 'local@example.com')
    await commitFile(await gitClient('deploy', { cwd: source, env: anonymous }), 'deploy', 'a')
    expect(git(remote, 'log', '-1', '--format=%an <%ae> %cn <%ce>', 'deploy')).toBe(
      'Local Name <local@example.com> Local Name <local@example.com>\n',
    )
  })

  it('must name one', async () => {
    const { remote, source } = setUp()
    git(source, 'config', 'user.useConfigOnly', 'true')
    const client = await gitClient('deploy', { cwd: source, env: anonymous })
    await expect(commitFile(client, 'deploy', 'a')).rejects.toMatchObject({
      code: 'GIT_IDENTITY',
      remedy: expect.stringContaining('git config user.name'),
    })
    expect(git(remote, 'for-each-ref')).toBe('')
  })

  it('signs commits, with a key of SSH too', async () => {
    const { remote, source } = setUp()
    const key = join(folder, `key-${count}`)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    git(source, 'config', 'gpg.format', 'ssh')
    git(source, 'config', 'user.signingKey', `${key}.pub`)
    git(source, 'config', 'commit.gpgSign', 'true')
    await commitFile(await gitClient('deploy', { cwd: source }), 'deploy', 'a')
    expect(git(remote, 'cat-file', 'commit', 'deploy')).toContain('-----BEGIN SSH SIGNATURE-----')
  })

  it('holds for settings in the environment as well, which win', async () => {
    const { remote, source } = setUp()
    git(source, 'config', 'user.name', 'Local Name')
    git(source, 'config', 'user.email', 'local@example.com')
    const env = {
      ...anonymous,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.name',
      GIT_CONFIG_VALUE_0: 'From The Environment',
    }
    await commitFile(await gitClient('deploy', { cwd: source, env }), 'deploy', 'a')
    expect(git(remote, 'log', '-1', '--format=%an <%ae>', 'deploy')).toBe(
      'From The Environment <local@example.com>\n',
    )
  })

  it('runs the pre-push hook, in the work tree, with what is pushed', async () => {
    const { remote, source } = setUp()
    const log = join(folder, `hook-${count}`)
    hook(source, 'pre-push', `{ pwd; git rev-parse --show-toplevel; echo "$@"; cat; } > '${log}'`)
    const id = await commitFile(
      await gitClient('deploy', { cwd: join(source, 'apps') }),
      'deploy',
      'a',
    )
    expect(readFileSync(log, 'utf8').split('\n')).toEqual([
      source,
      source,
      `deploy ${remote}`,
      `${id} ${id} refs/heads/deploy ${'0'.repeat(40)}`,
      '',
    ])
  })

  it('lets the pre-push hook refuse', async () => {
    const { remote, source } = setUp()
    hook(source, 'pre-push', 'echo "not on Fridays" >&2; exit 1')
    const client = await gitClient('deploy', { cwd: source })
    await expect(commitFile(client, 'deploy', 'a')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      reason: 'hook',
      message: expect.stringMatching(/pre-push hook of this repository refused.*not on Fridays/s),
    })
    expect(git(remote, 'for-each-ref')).toBe('')
  })

  it('runs no other hook, since those are for the person’s own commits and references', async () => {
    const { remote, source } = setUp()
    await commitFile(await gitClient(remote), 'deploy', 'a')
    const log = join(folder, `hooks-${count}`)
    for (const name of ['pre-commit', 'commit-msg', 'post-commit', 'reference-transaction']) {
      hook(source, name, `echo ${name} >> '${log}'`)
    }
    git(source, 'config', 'core.hooksPath', join(source, '.git', 'hooks'))
    const client = await gitClient('deploy', { cwd: source })
    await client.tip('deploy')
    expect(existsSync(log)).toBe(false)
    await commitFile(client, 'deploy', 'b')
    expect(existsSync(log) ? readFileSync(log, 'utf8') : '').not.toMatch(/commit/)
  })
})

describe('the scratch repository', () => {
  const scratchesOf = (source: string): readonly string[] => {
    const root = join(source, '.git', 'lockstep')
    return existsSync(root)
      ? readdirSync(root).flatMap((pool) => readdirSync(join(root, pool)))
      : []
  }

  it('is kept for the next run, which fetches only what is new', async () => {
    const { remote, source } = setUp()
    const first = await gitClient('deploy', { cwd: source })
    await commitFile(first, 'deploy', 'a')
    await first.close()
    expect(scratchesOf(source)).toEqual([expect.stringMatching(/^idle\./)])
    const second = await gitClient('deploy', { cwd: source })
    expect(scratchesOf(source)).toEqual([expect.stringMatching(/^busy\./)])
    expect(await second.tip('deploy')).toBe(git(remote, 'rev-parse', 'deploy').trim())
  })

  it('is used by one client at a time', async () => {
    const { source } = setUp()
    const clients = await Promise.all([1, 2, 3].map(() => gitClient('deploy', { cwd: source })))
    expect(scratchesOf(source)).toHaveLength(3)
    await Promise.all(clients.map((client) => client.close()))
    expect(scratchesOf(source).length).toBeLessThanOrEqual(3)
    const next = await gitClient('deploy', { cwd: source })
    await next.close()
    expect(scratchesOf(source).every((name) => name.startsWith('idle.'))).toBe(true)
  })

  it('of a process that was killed is thrown away', async () => {
    const { source } = setUp()
    const client = await gitClient('deploy', { cwd: source })
    await commitFile(client, 'deploy', 'a')
    await client.close()
    const pool = join(
      source,
      '.git',
      'lockstep',
      readdirSync(join(source, '.git', 'lockstep'))[0] ?? '',
    )
    const [idle = ''] = readdirSync(pool)
    const dead = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim()
    const probe = await gitClient('deploy', { cwd: source })
    const [busy = ''] = readdirSync(pool)
    await probe.close()
    const abandoned = busy.replace(/^(busy\.[^.]+)\.\d+\./, `$1.${dead}.`)
    execFileSync('mv', [join(pool, readdirSync(pool)[0] ?? idle), join(pool, abandoned)])
    writeFileSync(join(pool, abandoned, 'shallow.lock'), '')
    await commitFile(await gitClient('deploy', { cwd: source }), 'deploy', 'b')
    expect(readdirSync(pool)).not.toContain(abandoned)
  })

  it('is thrown away after a failure', async () => {
    const { remote, source } = setUp()
    const client = await gitClient('deploy', { cwd: source })
    await commitFile(client, 'deploy', 'a')
    rmSync(remote, { recursive: true })
    await expect(client.files('0'.repeat(40), 'prod')).rejects.toMatchObject({
      code: 'GIT_COMMAND',
    })
    await client.close()
    expect(scratchesOf(source)).toEqual([])
  })

  it('is temporary where there is no repository to keep it in', async () => {
    const remote = bareRepository(join(folder, 'temporary.git'))
    const client = await gitClient(remote, { cwd: folder })
    await commitFile(client, 'deploy', 'a')
    expect(filesOf(remote, 'deploy')).toEqual({ a: 'a\n' })
  })

  it('does not hold the password of an address', async () => {
    const { source } = setUp()
    const address = 'http://publisher:s3cret@127.0.0.1:1/deploy.git'
    const client = await gitClient(address, { cwd: source })
    expect(client.location).toBe('http://127.0.0.1:1/deploy.git')
    const error = await client.tip('deploy').catch((reason: unknown) => reason)
    expect(String(error)).not.toContain('s3cret')
    const kept = join(source, '.git', 'lockstep')
    const files = readdirSync(kept, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((text) => text.includes('s3cret'))).toEqual([])
  })
})
