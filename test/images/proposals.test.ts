import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ChangeRequests } from '../../gitops/change-requests.ts'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { GitHubPullRequests } from '../../gitops/github-pull-requests.ts'
import { GitLabMergeRequests } from '../../gitops/gitlab-merge-requests.ts'
import { GitLabRemote } from '../../gitops/gitlab-remote.ts'
import type { ImageSource } from '../../images/find-image.ts'
import { ImageFollower } from '../../images/image-follower.ts'
import { OciRegistry } from '../../images/oci-registry.ts'
import { bareRepository, filesOf, git } from '../gitops/git.ts'
import { commitFile } from '../gitops/git-client.ts'
import { gitHttpServer } from '../gitops/git-http-server.ts'
import { plumbBranch, plumbCommit, plumbTree } from '../gitops/git-plumbing.ts'
import { serveGitHub } from '../gitops/github-client.ts'
import { GitHubPulls } from '../gitops/github-pulls.ts'
import { GITHUB_NAME } from '../gitops/github-server.ts'
import { GitLabApi } from '../gitops/gitlab-api.ts'
import { AUTHOR } from '../gitops/smart-http-client.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { withLateAnswer } from './late-answers.ts'
import { RegistryStandIn } from './registry-stand-in.ts'

const { signal } = new AbortController()
const FILE = 'apps/images.json'
const OLD = `sha256:${'0'.repeat(64)}`
const textWith = (digest: string) =>
  `{ "prod": { "web": "r.example.com/shop/web:main@${digest}" } }\n`

/** A host of source repositories that has requests to merge. */
interface Host {
  /** The bare repository behind it. */
  readonly repository: string
  readonly remote: GitRemote
  readonly requests: ChangeRequests
  /** Titles and texts of those that were made. */
  texts(): readonly string[]
  /** Says that the newest was merged. */
  merge(): void
  /** Closes the newest, as people do. */
  close(): void
}

async function github(): Promise<Host> {
  const folder = temporaryFolder()
  const pulls = new GitHubPulls(join(folder, 'deploy.git'), GITHUB_NAME)
  const intercept = pulls.answer.bind(pulls)
  const { client: remote, server, repository } = await serveGitHub(folder, { intercept })
  const { apiUrl } = server
  return {
    repository,
    remote,
    requests: new GitHubPullRequests({
      repository: GITHUB_NAME,
      access: async () => 'secret',
      apiUrl,
    }),
    texts: () => pulls.all.map(({ title, body }) => `${title}\n${body}`),
    merge: () => pulls.merge(pulls.all.length),
    close: () => void pulls.close(pulls.all.length),
  }
}

async function gitlab(): Promise<Host> {
  const root = temporaryFolder()
  const project = 'platform/shop'
  const repository = bareRepository(join(root, `${project}.git`))
  git(repository, 'config', 'http.receivepack', 'true')
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  plumbBranch(
    repository,
    'main',
    plumbCommit(repository, plumbTree(repository, undefined, []), [], 'first'),
    undefined,
  )
  const api = new GitLabApi(repository, project, 'secret')
  const { intercept } = api
  const server = await gitHttpServer({ root, credentials: 'oauth2:secret', intercept })
  onTestFinished(() => server.close())
  const instance = server.url
  return {
    repository,
    remote: new GitLabRemote({ project, token: 'secret', instance, author: AUTHOR }),
    requests: new GitLabMergeRequests({ project, token: async () => 'secret', instance }),
    texts: () => api.all.map(({ title, description }) => `${title}\n${description}`),
    merge: () => {
      api.all.at(-1)!.state = 'merged'
    },
    close: () => {
      api.all.at(-1)!.state = 'closed'
    },
  }
}

describe.each([
  ['GitHub', github],
  ['GitLab', gitlab],
])('An image that people are to merge, on %s,', (_, start) => {
  async function world() {
    const host = await start()
    await commitFile(host.remote, 'main', FILE, textWith(OLD))
    const registry = await RegistryStandIn.start()
    const client = new OciRegistry({ host: 'r.example.com', address: registry.address })
    const image = {
      image: { host: 'r.example.com', name: 'shop/web' },
      rule: { tag: 'main' },
      at: ['prod', 'web'],
    }
    const look = async (source: ImageSource = client) => {
      const follower = new ImageFollower({
        file: { environment: 'prod', branch: 'main', path: FILE, images: [image] },
        repository: 'https://git.example.com/shop',
        registryOf: () => source,
        open: async () => ({ remote: host.remote, requests: host.requests, close: async () => {} }),
      })
      const [seen] = await follower.look([image], new Map(), signal)
      return seen?.result
    }
    /** The digest of each that waits. */
    const waiting = async () =>
      (await host.requests.waitingFor('main')).map(
        ({ branch }) => /sha256:\w+/.exec(filesOf(host.repository, branch)[FILE] ?? '')?.[0],
      )
    return { ...host, registry, client, look, waiting }
  }

  /** Branches of ours, oldest change first. */
  const branches = (repository: string) =>
    git(repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/lockstep')
      .trim()
      .split('\n')
      .filter(Boolean)

  it('is asked for once, in one commit on a branch of its own', async () => {
    const { registry, look, repository, requests, texts } = await world()
    const main = git(repository, 'rev-parse', 'main')
    const digest = registry.push('shop/web', 'main')
    const proposed = await look()
    expect(proposed).toMatchObject({ outcome: 'proposed', url: expect.stringMatching(/^https:/) })
    expect(await look()).toMatchObject({
      outcome: 'waiting',
      url: expect.stringMatching(/^https:/),
    })
    const [branch = ''] = branches(repository)
    expect(branch).toMatch(/^lockstep\/images\/prod\/web\/[0-9a-f]{12}$/)
    expect(branches(repository)).toHaveLength(1)
    expect(await requests.waitingFor('main')).toHaveLength(1)
    expect(texts()).toEqual([expect.stringContaining(digest)])
    expect(texts()[0]).toContain('image prod: web main')
    expect(git(repository, 'rev-parse', 'main')).toBe(main)
    expect(git(repository, 'rev-parse', `${branch}~1`)).toBe(main)
    expect(filesOf(repository, branch)[FILE]).toBe(textWith(digest))
  })

  it('is nothing to ask for once it is merged', async () => {
    const { registry, look, repository, merge } = await world()
    registry.push('shop/web', 'main')
    await look()
    git(repository, 'update-ref', 'refs/heads/main', branches(repository)[0] as string)
    merge()
    expect(await look()).toEqual({ outcome: 'current' })
  })

  it('takes the place of the one before', async () => {
    const { registry, look, repository, requests } = await world()
    registry.push('shop/web', 'main', 'first')
    await look()
    const second = registry.push('shop/web', 'main', 'second')
    expect(await look()).toMatchObject({ outcome: 'proposed' })
    const [open, ...more] = await requests.waitingFor('main')
    expect(more).toEqual([])
    expect(filesOf(repository, open?.branch as string)[FILE]).toBe(textWith(second))
    expect(branches(repository)).toHaveLength(2)
  })

  it('is not asked for again when people have closed it', async () => {
    const { registry, look, waiting, close } = await world()
    registry.push('shop/web', 'main')
    await look()
    close()
    expect(await look()).toMatchObject({
      outcome: 'declined',
      reason: expect.stringMatching(/was closed$/),
    })
    expect(await waiting()).toEqual([])
  })

  it('is asked for again when the tag comes back to it, since nobody but us has closed it', async () => {
    const { registry, look, waiting, close } = await world()
    const first = registry.push('shop/web', 'main', 'first')
    await look()
    registry.push('shop/web', 'main', 'second')
    await look()
    registry.push('shop/web', 'main', 'first')
    expect(await look()).toMatchObject({ outcome: 'proposed' })
    expect(await waiting()).toEqual([first])
    expect(await look()).toMatchObject({ outcome: 'waiting' })
    close()
    expect(await look()).toMatchObject({ outcome: 'declined' })
    expect(await waiting()).toEqual([])
  })

  it('is asked for no longer when the tag goes back to what is there', async () => {
    const { registry, look, repository, waiting, merge } = await world()
    registry.push('shop/web', 'main', 'first')
    await look()
    git(repository, 'update-ref', 'refs/heads/main', branches(repository)[0] as string)
    merge()
    const second = registry.push('shop/web', 'main', 'second')
    await look()
    expect(await waiting()).toEqual([second])
    registry.push('shop/web', 'main', 'first')
    expect(await look()).toEqual({ outcome: 'current' })
    expect(await waiting()).toEqual([])
    registry.push('shop/web', 'main', 'second')
    expect(await look()).toMatchObject({ outcome: 'proposed' })
    expect(await waiting()).toEqual([second])
  })

  it('that people have closed takes the place of the one before all the same', async () => {
    const { registry, look, waiting, close } = await world()
    registry.push('shop/web', 'main', 'first')
    await look()
    close()
    const second = registry.push('shop/web', 'main', 'second')
    await look()
    expect(await waiting()).toEqual([second])
    registry.push('shop/web', 'main', 'first')
    expect(await look()).toMatchObject({ outcome: 'declined' })
    expect(await waiting()).toEqual([])
  })

  it('takes the place of the one before still when whoever made it came no further', async () => {
    const { registry, look, requests, waiting } = await world()
    registry.push('shop/web', 'main', 'first')
    await look()
    const second = registry.push('shop/web', 'main', 'second')
    const supersede = requests.supersede.bind(requests)
    requests.supersede = async () => {
      throw new Error('killed')
    }
    expect(await look()).toMatchObject({ outcome: 'failed' })
    expect(await waiting()).toHaveLength(2)
    requests.supersede = supersede
    expect(await look()).toMatchObject({ outcome: 'waiting' })
    expect(await waiting()).toEqual([second])
  })

  it('gives way to a newer one, however late the first answer of the registry comes', async () => {
    const { registry, client, look, waiting } = await world()
    const late = withLateAnswer(client, 1)
    registry.push('shop/web', 'main', 'first')
    const slow = look(late.source)
    await late.answered
    const second = registry.push('shop/web', 'main', 'second')
    expect(await look()).toMatchObject({ outcome: 'proposed' })
    late.arrive()
    expect(await slow).toMatchObject({ outcome: 'waiting' })
    expect(await waiting()).toEqual([second])
  })

  it('gives way at the next look to a newer one that it has taken the place of', async () => {
    const { registry, client, look, waiting } = await world()
    const late = withLateAnswer(client, 2)
    registry.push('shop/web', 'main', 'first')
    const slow = look(late.source)
    await late.answered
    const second = registry.push('shop/web', 'main', 'second')
    await look()
    late.arrive()
    await slow
    await look()
    expect(await waiting()).toEqual([second])
  })

  it('is not asked for again when people have merged it and taken it back', async () => {
    const { registry, look, merge } = await world()
    registry.push('shop/web', 'main')
    await look()
    merge()
    expect(await look()).toMatchObject({
      outcome: 'declined',
      reason: expect.stringMatching(/was merged$/),
    })
  })

  it('is asked for still when whoever made its branch came no further', async () => {
    const { registry, look, requests, repository } = await world()
    registry.push('shop/web', 'main')
    const { open } = requests
    requests.open = async () => {
      throw new Error('killed')
    }
    expect(await look()).toMatchObject({ outcome: 'failed' })
    expect(branches(repository)).toHaveLength(1)
    requests.open = open
    expect(await look()).toMatchObject({ outcome: 'proposed' })
    expect(branches(repository)).toHaveLength(1)
  })

  it('is asked for once by many at once', async () => {
    const { registry, look, requests, repository } = await world()
    registry.push('shop/web', 'main')
    const results = await Promise.all([look(), look(), look(), look()])
    for (const result of results) expect(['proposed', 'waiting']).toContain(result?.outcome)
    expect(await requests.waitingFor('main')).toHaveLength(1)
    expect(branches(repository)).toHaveLength(1)
  })
})
