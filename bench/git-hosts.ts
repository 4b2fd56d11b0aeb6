import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { GitCommandRemote } from '../gitops/git-command-remote.ts'
import type { GitRemote } from '../gitops/git-remote.ts'
import { GitHubRemote } from '../gitops/github-remote.ts'
import { SmartHttpRemote } from '../gitops/smart-http-remote.ts'
import { GIT_ENV } from '../test/gitops/git.ts'
import { gitHttpServer } from '../test/gitops/git-http-server.ts'
import { GITHUB_NAME, githubServer } from '../test/gitops/github-server.ts'
import { CountedFetch } from './counted-fetch.ts'
import { APP_FOLDER, makeGrownRepository } from './grown-repository.ts'
import { OUTPUT, say } from './rivals.ts'
import { type Spread, spread } from './statistics.ts'

export interface BenchGitHostsProps {
  /** Files and commits of the large repository. */
  readonly size: number
  readonly rounds: number
}

/** What one kind of call costs. */
export interface GitCost {
  readonly ms: Spread
  /** Requests and bytes of bodies; medians, and `undefined` where nothing is sent. */
  readonly traffic: { readonly requests: number; readonly bytes: number } | undefined
}

export interface GitHostsResult {
  readonly adapter: string
  readonly files: number
  readonly commits: number
  readonly costs: Readonly<Record<GitOccasion, GitCost>>
}

/**
 * - `cold`: a step by a function that has just started.
 * - `warm`: the next step of the same one.
 * - `after others`: a step after somebody else has changed another app.
 * - `listing`: all files of the environment, by a function that has just started.
 * - `listing again`: the same, after somebody else has changed one of them.
 */
export const OCCASIONS = ['cold', 'warm', 'after others', 'listing', 'listing again'] as const
export type GitOccasion = (typeof OCCASIONS)[number]

const SMALL = 20
const BRANCH = 'deploy'

interface Host {
  readonly adapter: string
  /** Counts what goes over the network, if anything does. */
  readonly counted: CountedFetch | undefined
  open(): Promise<GitRemote & { close?(): Promise<void> }>
  close(): Promise<void>
}

/**
 * Times a step of a rollout (look at the branch, read one app, commit one file) on repositories that
 * differ in files, in commits, or in both.
 */
export async function benchGitHosts(
  { size, rounds }: BenchGitHostsProps,
  report: (result: GitHostsResult) => void,
): Promise<void> {
  for (const [files, commits] of [
    [SMALL, SMALL],
    [SMALL, size],
    [size, SMALL],
    [size, size],
  ] as const) {
    const folder = join(OUTPUT, `${files}-${commits}`)
    mkdirSync(folder, { recursive: true })
    const repository = makeGrownRepository(join(folder, 'deploy.git'), { files, commits })
    for (const reach of [localHost, smartHttpHost, gitHubHost]) {
      const host = await reach(folder, repository)
      say(`${host.adapter}: ${files} files, ${commits} commits`)
      report({
        adapter: host.adapter,
        files,
        commits,
        costs: await measureHost(host, repository, rounds),
      })
      await host.close()
    }
    rmSync(folder, { recursive: true, force: true })
  }
}

async function localHost(folder: string, repository: string): Promise<Host> {
  let count = 0
  return {
    adapter: 'git, local',
    counted: undefined,
    open: () =>
      GitCommandRemote.open({
        remote: repository,
        cwd: folder,
        env: GIT_ENV,
        scratchFolder: join(folder, `scratch-${++count}`),
      }),
    close: async () => {},
  }
}

async function smartHttpHost(folder: string): Promise<Host> {
  const server = await gitHttpServer({ root: folder })
  const counted = new CountedFetch()
  return {
    adapter: 'smart HTTP',
    counted,
    open: async () =>
      new SmartHttpRemote({
        url: `${server.url}/deploy.git`,
        author: { name: 'Bench', email: 'bench@example.com' },
        fetch: counted.fetch,
      }),
    close: server.close,
  }
}

async function gitHubHost(_folder: string, repository: string): Promise<Host> {
  const isToken = () => true
  const { apiUrl, close } = await githubServer({ repository, name: GITHUB_NAME, isToken })
  const counted = new CountedFetch()
  return {
    adapter: 'GitHub',
    counted,
    open: async () =>
      new GitHubRemote({
        repository: GITHUB_NAME,
        access: 'any',
        apiUrl,
        fetch: counted.fetch,
      }),
    close,
  }
}

async function measureHost(host: Host, repository: string, rounds: number) {
  const samples = new Map<GitOccasion, Sample[]>(OCCASIONS.map((occasion) => [occasion, []]))
  const others = await GitCommandRemote.open({ remote: repository, cwd: '/', env: GIT_ENV })
  const elsewhere = () => step(others, 'prod/workloads/others/app-0/deployment.yaml')
  for (let round = 0; round < rounds; round++) {
    const client = await host.open()
    const measure = async (occasion: GitOccasion, run: () => Promise<void>) => {
      samples.get(occasion)?.push(await sample(host.counted, run))
    }
    await measure('cold', () => step(client))
    await measure('warm', () => step(client))
    await elsewhere()
    await measure('after others', () => step(client))
    await client.close?.()
    const lister = await host.open()
    await measure('listing', () => list(lister))
    await elsewhere()
    await measure('listing again', () => list(lister))
    await lister.close?.()
  }
  await others.close()
  return Object.fromEntries(
    OCCASIONS.map((occasion) => [occasion, costOf(samples.get(occasion) ?? [])]),
  ) as Record<GitOccasion, GitCost>
}

async function step(client: GitRemote, path = `${APP_FOLDER}/httproute.yaml`): Promise<void> {
  const parent = (await client.tip(BRANCH)) ?? ''
  const files = await client.files(parent, path.slice(0, path.lastIndexOf('/')))
  const contents = await client.contents([...files.values()].map(({ id }) => id))
  const weight = [...contents.values()].join('').length
  await client.commit({
    branch: BRANCH,
    parent,
    isNewBranch: false,
    changes: [{ path, write: `weight: ${weight}\nat: ${performance.now()}\n` }],
    message: 'advance\n\nLockstep-Action: advance\n',
  })
}

async function list(client: GitRemote): Promise<void> {
  await client.files((await client.tip(BRANCH)) ?? '', 'prod')
}

interface Sample {
  readonly ms: number
  readonly requests: number
  readonly bytes: number
}

async function sample(
  counted: CountedFetch | undefined,
  run: () => Promise<void>,
): Promise<Sample> {
  const before = { requests: counted?.requests ?? 0, bytes: counted?.bytes ?? 0 }
  const start = performance.now()
  await run()
  return {
    ms: performance.now() - start,
    requests: (counted?.requests ?? 0) - before.requests,
    bytes: (counted?.bytes ?? 0) - before.bytes,
  }
}

function costOf(samples: readonly Sample[]): GitCost {
  const requests = spread(samples.map((one) => one.requests)).median
  const bytes = spread(samples.map((one) => one.bytes)).median
  return {
    ms: spread(samples.map(({ ms }) => ms)),
    traffic: requests === 0 ? undefined : { requests, bytes },
  }
}
