import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { judgeConnection, judgePush, wordsForPeople } from '../../gitops/git-answers.ts'
import { BranchMovedError } from '../../gitops/git-remote-errors.ts'
import { bareRepository, GIT_ENV, git, workingRepository } from './git.ts'
import { commitFile, gitClient } from './git-client.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
let count = 0

const newRepository = (): string => bareRepository(join(folder, String(++count), 'deploy.git'))

/** A hook of the server. */
function serverHook(repository: string, name: string, script: string): void {
  const path = join(repository, 'hooks', name)
  mkdirSync(join(repository, 'hooks'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

describe('the three dialects of a lost race', () => {
  it.each([
    '!\trefs/heads/deploy\t[rejected] (stale info)',
    ' ! [rejected]        deploy -> deploy (fetch first)',
    ' ! [rejected]        deploy -> deploy (non-fast-forward)',
    "[remote rejected] (cannot lock ref 'refs/heads/deploy': is at 1a2b but expected 3c4d)",
    "remote: error: cannot lock ref 'refs/heads/deploy': reference already exists",
    '[remote rejected] (failed to update ref)',
    '[remote rejected] (incorrect old value provided)',
    "error: Unable to create '/srv/deploy.git/refs/heads/deploy.lock': File exists.",
  ])('%s', (words) => expect(judgePush(words)).toBe('lost-race'))

  it.each([
    ['rejected', '[remote rejected] (pre-receive hook declined)'],
    ['rejected', '[remote rejected] (protected branch hook declined)'],
    ['checked-out', '[remote rejected] (branch is currently checked out)'],
    ['authentication', 'fatal: Authentication failed for https://git.example.com/'],
    [
      'authentication',
      'git@git.example.com: Permission denied (publickey).\nCould not read from remote repository.',
    ],
    ['authentication', 'fatal: could not read Username: terminal prompts disabled'],
    ['authentication', 'fatal: unable to access: The requested URL returned error: 403'],
    ['no-answer', 'fatal: unable to access: Could not resolve host: git.example.com'],
    ['no-answer', 'ssh: connect to host git.example.com port 22: Connection refused'],
    ['no-answer', 'send-pack: unexpected disconnect while reading sideband packet'],
    [undefined, 'fatal: something that nobody has seen before'],
  ])('and what is none: %s', (verdict, words) => expect(judgePush(words)).toBe(verdict))

  it('does not take progress and hints for words', () => {
    const said =
      'To https://a:b@git.example.com/x\nremote: no\rWriting objects: 100% (3/3)\nhint: try\nEnumerating objects: 3, done.\n'
    expect(wordsForPeople(said)).toBe('no')
    expect(judgeConnection('all is well')).toBeUndefined()
  })
})

describe('a server that says no', () => {
  it('is quoted, and the branch is as it was', async () => {
    const repository = newRepository()
    serverHook(repository, 'pre-receive', 'echo "only on weekdays"; exit 1')
    const client = await gitClient(repository)
    await expect(commitFile(client, 'deploy', 'a')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      reason: 'rejected',
      message: expect.stringContaining('only on weekdays'),
      remedy: expect.stringContaining('--branch-for-review'),
    })
    expect(git(repository, 'for-each-ref')).toBe('')
  })

  it('has lost us a race if the branch has moved, whatever its words are', async () => {
    const repository = newRepository()
    await commitFile(await gitClient(repository), 'deploy', 'a')
    const theirs = await commitFile(await gitClient(repository), 'theirs', 'b')
    const client = await gitClient(repository)
    await client.tip('deploy')
    const move = `git update-ref refs/heads/deploy ${theirs}`
    serverHook(repository, 'pre-receive', `unset GIT_QUARANTINE_PATH; ${move}; echo jinx; exit 1`)
    await expect(commitFile(client, 'deploy', 'c')).rejects.toThrow(BranchMovedError)
    expect(git(repository, 'rev-parse', 'deploy').trim()).toBe(theirs)
  })

  it('protects a work tree in which somebody has checked the branch out', async () => {
    const repository = workingRepository(join(folder, String(++count)), { a: 'a\n' })
    const client = await gitClient(repository)
    await expect(commitFile(client, 'main', 'b')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      reason: 'checked-out',
      remedy: expect.stringContaining('git switch --detach'),
    })
  })
})

describe('a reference that somebody has locked and not given back', () => {
  it('looks like a lost race, whose words are passed on', async () => {
    const repository = newRepository()
    await commitFile(await gitClient(repository), 'deploy', 'a')
    writeFileSync(join(repository, 'refs', 'heads', 'deploy.lock'), '')
    const failure = await commitFile(await gitClient(repository), 'deploy', 'b').catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(BranchMovedError)
    expect(String(failure)).toContain("deploy.lock': File exists")
  })
})

describe('a disk that is full', () => {
  it('is an error that says so, and nothing is published', async ({ skip }) => {
    const repository = newRepository()
    const scratchFolder = join(folder, `full-${count}`)
    mkdirSync(scratchFolder)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', scratchFolder], {
        stdio: 'pipe',
      })
    } catch (error) {
      return skip(`a small disk needs the right to mount one: ${(error as Error).message.trim()}`)
    }
    onTestFinished(() => void execFileSync('umount', ['--lazy', scratchFolder]))
    const client = await gitClient(repository, { scratchFolder })
    const large = randomBytes(1_000_000).toString('hex')
    await expect(commitFile(client, 'deploy', 'large.yaml', large)).rejects.toMatchObject({
      code: 'GIT_COMMAND',
      message: expect.stringMatching(/out of diskspace|no space left/i),
      remedy: expect.stringContaining('Make room on the disk'),
    })
    expect(git(repository, 'for-each-ref')).toBe('')
  })
})

describe('a password in an address', () => {
  it.each([
    'https://publisher:hunter2@127.0.0.1:1/deploy.git',
    'https://publisher:hun@hunter2@127.0.0.1:1/deploy.git',
    'unheard-of://publisher:hunter2@127.0.0.1/deploy.git',
  ])('is in no error, not even where Git traces what it does: %s', async (remote) => {
    const client = await gitClient(remote, { cwd: folder, env: { ...GIT_ENV, GIT_TRACE: '1' } })
    const error = await client.tip('deploy').catch((reason: unknown) => reason)
    expect(String(error)).toContain('git')
    expect(`${String(error)} ${client.location}`).not.toContain('hunter2')
  })
})

describe('a name that means nothing', () => {
  it.each(['origin', './missing', '-oProxyCommand=evil'])('%s', async (remote) => {
    const source = workingRepository(join(folder, String(++count)), { a: 'a\n' })
    await expect(gitClient(remote, { cwd: source })).rejects.toMatchObject({
      code: 'UNKNOWN_REMOTE',
    })
  })
})
