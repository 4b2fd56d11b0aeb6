import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RemoteUnreachableError } from '../../gitops/git-remote-errors.ts'
import { bareRepository, filesOf, GIT_ENV, git } from './git.ts'
import { commitFile, gitClient } from './git-client.ts'
import { type GitHttpServerProps, gitHttpServer } from './git-http-server.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
let count = 0

const newRepository = (): string => bareRepository(join(folder, String(++count), 'deploy.git'))

describe('a server that wants to know who we are', () => {
  it('asks for credentials, and nobody is asked for them in turn', async () => {
    newRepository()
    const { url } = await serve({ root: join(folder, String(count)), credentials: 'a:b' })
    const client = await gitClient(`${url}/deploy.git`)
    await expect(client.tip('deploy')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      reason: 'authentication',
    })
  })
})

describe('a server that does not answer', () => {
  it.each([
    ['a port where nobody listens', 'http://127.0.0.1:1/deploy.git'],
    ['a folder that is no repository', folder],
    ['a repository that is not there', 'file:///nonexistent/deploy.git'],
  ])('because it is %s', async (_what, remote) => {
    const client = await gitClient(remote)
    await expect(client.tip('deploy')).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      outcome: 'none',
    })
  })

  it('is given up after a silence, and no process is left', async () => {
    const address = await silentServer()
    const client = await gitClient(`${address}/deploy.git`, { idleTimeoutMs: 300 })
    await expect(client.tip('deploy')).rejects.toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      message: expect.stringContaining('no sign of life'),
    })
    expect(processesThatMention(address)).toEqual([])
  })

  it('is given up at once when the person interrupts, and no process is left', async () => {
    const address = await silentServer()
    const interruption = new AbortController()
    const client = await gitClient(`${address}/deploy.git`, { signal: interruption.signal })
    const tip = client.tip('deploy')
    await expect.poll(() => processesThatMention(address).length).toBeGreaterThan(0)
    interruption.abort(new Error('Ctrl-C'))
    await expect(tip).rejects.toThrow('Ctrl-C')
    expect(processesThatMention(address)).toEqual([])
  })

  it('does not wait for what a command has left in the background', async () => {
    const repository = newRepository()
    const ssh = join(folder, `ssh-${count}`)
    // As a shared connection of SSH that stays open for the next command.
    const script = 'for command; do :; done\nsleep 60 &\nexec sh -c "$command"'
    writeFileSync(ssh, `#!/bin/sh\n${script}\n`)
    chmodSync(ssh, 0o755)
    const env = { ...GIT_ENV, GIT_SSH: ssh, GIT_SSH_VARIANT: 'ssh' }
    const client = await gitClient(`git@git.example.com:${repository}`, { env })
    expect(await client.tip('deploy')).toBeUndefined()
  }, 20_000)

  it('is not started at all after an interruption', async () => {
    const signal = AbortSignal.abort(new Error('Ctrl-C'))
    await expect(gitClient(newRepository(), { signal })).rejects.toThrow('Ctrl-C')
  })

  it('has said yes if the branch is where our commit is, although the answer got lost', async () => {
    const repository = newRepository()
    let isCut = false
    const { url } = await serve({
      root: join(folder, String(count)),
      afterwards: (request) => {
        const isPush = request.method === 'POST' && request.url?.endsWith('/git-receive-pack')
        isCut ||= isPush === true
        return isPush === true
      },
    })
    const client = await gitClient(`${url}/deploy.git`)
    const id = await commitFile(client, 'deploy', 'a')
    expect(isCut).toBe(true)
    expect(git(repository, 'rev-parse', 'deploy').trim()).toBe(id)
  })

  it('leaves the outcome open if nobody can tell', async () => {
    newRepository()
    let isGone = false
    const { url } = await serve({
      root: join(folder, String(count)),
      intercept: (request) => {
        isGone ||= request.url?.endsWith('service=git-receive-pack') === true
        if (isGone) request.destroy()
        return isGone
      },
    })
    const client = await gitClient(`${url}/deploy.git`)
    const failure = await commitFile(client, 'deploy', 'a').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RemoteUnreachableError)
    expect(failure).toMatchObject({ outcome: 'unknown' })
  })
})

describe('a server that can leave out blobs', () => {
  it('is asked for the blobs that are read, in one request, and for no others', async () => {
    const repository = newRepository()
    git(repository, 'config', 'uploadpack.allowFilter', 'true')
    const seed = await gitClient(repository)
    const changes = Array.from({ length: 40 }, (_, index) => ({
      path: `prod/${index}.yaml`,
      write: `content ${index}\n`,
    }))
    await seed.commit({
      branch: 'deploy',
      parent: undefined,
      isNewBranch: true,
      changes,
      message: 'm',
    })

    const { url, requests } = await serve({ root: join(folder, String(count)) })
    const scratchFolder = join(folder, `scratch-${count}`)
    const client = await gitClient(`${url}/deploy.git`, { scratchFolder })
    const tip = await client.tip('deploy')
    const files = [...(await client.files(tip ?? '', 'prod')).values()].slice(0, 10)
    const before = requests.length
    const contents = await client.contents(files.map(({ id }) => id))
    expect(contents.size).toBe(10)
    expect(requests.slice(before).filter((request) => request.startsWith('POST'))).toHaveLength(1)
    const [pool] = execFileSync('ls', [scratchFolder], { encoding: 'utf8' }).split('\n')
    const [busy] = execFileSync('ls', [join(scratchFolder, pool ?? '')], {
      encoding: 'utf8',
    }).split('\n')
    const objects = git(
      join(scratchFolder, pool ?? '', busy ?? ''),
      'cat-file',
      '--batch-all-objects',
      '--batch-check',
    )
    expect(objects.split('\n').filter((line) => line.includes(' blob '))).toHaveLength(10)
    await commitFile(client, 'deploy', 'prod/new.yaml')
    expect(Object.keys(filesOf(repository, 'deploy'))).toHaveLength(41)
  })
})

async function serve(props: GitHttpServerProps) {
  const server = await gitHttpServer(props)
  onTestFinished(() => server.close())
  git(join(props.root, 'deploy.git'), 'config', 'http.receivepack', 'true')
  return server
}

/** Accepts connections and never says a word. */
async function silentServer(): Promise<string> {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const processesThatMention = (text: string): readonly string[] =>
  execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8', env: GIT_ENV })
    .split('\n')
    .filter((line) => line.includes(text) && !line.startsWith('Z'))
