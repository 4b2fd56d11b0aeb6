import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GitCommandRemote } from '../../gitops/git-command-remote.ts'
import { bareRepository, GIT_ENV, git, workingRepository } from './git.ts'
import { gitHttpServer } from './git-http-server.ts'
import { describeGitRemote, type HostedRepository } from './git-remote.contract.ts'
import { hostedRepository } from './hosted-repository.ts'
import { sharedFolder } from './shared-folder.ts'

interface Access {
  readonly remote: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  close?(): Promise<void>
}

/** A repository on this machine, reached in one way or another. */
async function hosted(
  repository: string,
  reach: (repository: string) => Access | Promise<Access>,
): Promise<HostedRepository> {
  const access = await reach(repository)
  const clients: GitCommandRemote[] = []
  const open = async () => {
    const client = await GitCommandRemote.open({
      remote: access.remote,
      cwd: access.cwd ?? folder,
      env: { ...GIT_ENV, ...access.env },
    })
    clients.push(client)
    return client
  }
  return hostedRepository(repository, open, async () => {
    await Promise.all(clients.map((client) => client.close()))
    await access.close?.()
  })
}

const folder = sharedFolder()

describeGitRemote('A bare repository by its path', () =>
  hosted(bareRepository(join(folder, 'path.git')), (remote) => ({ remote })),
)

describeGitRemote('A bare repository by a file:// address', () =>
  hosted(bareRepository(join(folder, 'file.git')), (path) => ({ remote: `file://${path}` })),
)

describeGitRemote('A bare repository that can leave out blobs', () => {
  const repository = bareRepository(join(folder, 'partial.git'))
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  return hosted(repository, (path) => ({ remote: `file://${path}` }))
})

describeGitRemote('A repository of SHA-256 objects', () =>
  hosted(bareRepository(join(folder, 'sha256.git'), '--object-format=sha256'), (remote) => ({
    remote,
  })),
)

describeGitRemote('The repository of the app definitions itself', () =>
  hosted(workingRepository(join(folder, 'source'), { 'app.ts': '' }), (path) => ({
    remote: '.',
    cwd: path,
  })),
)

describeGitRemote('A remote of the source repository by its name', () => {
  const source = workingRepository(join(folder, 'named'), { 'app.ts': '' })
  // Relative to the top of the work tree, as Git has it.
  git(source, 'remote', 'add', 'deploy', '../named.git')
  return hosted(bareRepository(join(folder, 'named.git')), () => ({
    remote: 'deploy',
    cwd: source,
  }))
})

describeGitRemote('A repository over HTTP', () => {
  const repository = bareRepository(join(folder, 'http', 'deploy.git'))
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  return hosted(repository, async () => {
    const server = await gitHttpServer({
      root: join(folder, 'http'),
      credentials: 'publisher:secret',
    })
    const address = server.url.replace('//', '//publisher:secret@')
    return { remote: `${address}/deploy.git`, close: server.close }
  })
})

describeGitRemote('A repository over SSH', () =>
  hosted(bareRepository(join(folder, 'ssh.git')), (path) => {
    // What sshd does with a command, without the network.
    const ssh = join(folder, 'ssh')
    writeFileSync(ssh, '#!/bin/sh\nfor command; do :; done\nexec sh -c "$command"\n')
    chmodSync(ssh, 0o755)
    return {
      remote: `git@git.example.com:${path}`,
      env: { GIT_SSH: ssh, GIT_SSH_VARIANT: 'ssh' },
    }
  }),
)
