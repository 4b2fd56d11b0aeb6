import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CommitSigner } from '../../gitops/smart-http-remote.ts'
import { bareRepository, GIT_ENV, git } from './git.ts'
import { commitFile, gitClient } from './git-client.ts'
import { sharedFolder } from './shared-folder.ts'
import { AUTHOR, serveRepository } from './smart-http-client.ts'

const folder = sharedFolder()
let count = 0

interface SshKey {
  readonly privateFile: string
  readonly publicFile: string
  /** Who may sign, as Git and `ssh-keygen` read it. */
  readonly allowedSigners: string
}

function sshKey(): SshKey {
  const privateFile = join(folder, `key-${++count}`)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', privateFile])
  const publicFile = `${privateFile}.pub`
  const allowedSigners = `${privateFile}.allowed`
  writeFileSync(allowedSigners, `${AUTHOR.email} ${readFileSync(publicFile, 'utf8')}`)
  return { privateFile, publicFile, allowedSigners }
}

/** What Git itself says of a commit's signature: `G` good, `B` bad, `N` none. */
function verdict(repository: string, key: SshKey, commit: string): string {
  const settings = ['-c', `gpg.ssh.allowedSignersFile=${key.allowedSigners}`]
  return git(repository, ...settings, 'log', '-1', '--format=%G?', commit).trim()
}

/** Signs as whoever deploys would: here by `ssh-keygen`, in a function by a key service. */
const signer =
  ({ privateFile }: SshKey): CommitSigner =>
  async (payload) => {
    const file = join(mkdtempSync(join(folder, 'sign-')), 'payload')
    writeFileSync(file, payload)
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'git', '-f', privateFile, file], {
      stdio: 'pipe',
    })
    return readFileSync(`${file}.sig`, 'utf8')
  }

describe('a commit is signed', () => {
  it('by the `git` command, if the configuration of Git says so', async () => {
    const key = sshKey()
    const repository = bareRepository(join(folder, `${count}-command.git`))
    const env = {
      ...GIT_ENV,
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_0: 'gpg.format',
      GIT_CONFIG_VALUE_0: 'ssh',
      GIT_CONFIG_KEY_1: 'user.signingKey',
      GIT_CONFIG_VALUE_1: key.publicFile,
      GIT_CONFIG_KEY_2: 'commit.gpgSign',
      GIT_CONFIG_VALUE_2: 'true',
    }
    const signed = await commitFile(await gitClient(repository, { env }), 'deploy', 'a')
    expect(verdict(repository, key, signed)).toBe('G')
    const unsigned = await commitFile(await gitClient(repository), 'deploy', 'b')
    expect(verdict(repository, key, unsigned)).toBe('N')
  })

  it('over smart HTTP, by the signer that is given', async () => {
    const key = sshKey()
    const root = join(folder, `${count}-http`)
    const repository = bareRepository(join(root, 'deploy.git'))
    const { client } = await serveRepository({ root }, { sign: signer(key) })
    const signed = await commitFile(client, 'deploy', 'ünïcode', 'text\n')
    expect(verdict(repository, key, signed)).toBe('G')
    expect(spawnSync('git', ['fsck', '--strict'], { cwd: repository, env: GIT_ENV }).status).toBe(0)
    const next = await commitFile(client, 'deploy', 'b')
    expect(verdict(repository, key, next)).toBe('G')
    expect(git(repository, 'log', '-1', '--format=%an <%ae>', next).trim()).toBe(
      `${AUTHOR.name} <${AUTHOR.email}>`,
    )
  })

  it('so that nobody can change it afterwards', async () => {
    const [key, stranger] = [sshKey(), sshKey()]
    const root = join(folder, `${count}-strange`)
    const repository = bareRepository(join(root, 'deploy.git'))
    const { client } = await serveRepository({ root }, { sign: signer(stranger) })
    const signed = await commitFile(client, 'deploy', 'a')
    expect(verdict(repository, key, signed)).not.toBe('G')
  })
})
