import { join } from 'node:path'
import { GitCommandRemote } from '../../gitops/git-command-remote.ts'
import { SmartHttpRemote } from '../../gitops/smart-http-remote.ts'
import { GIT_ENV } from '../../test/gitops/git.ts'
import { gitHttpServer } from '../../test/gitops/git-http-server.ts'
import { CountedFetch } from '../counted-fetch.ts'
import { OUTPUT } from '../rivals.ts'
import { type Spread, spread } from '../statistics.ts'
import { PlainPushes } from './plain-pushes.ts'
import { reachableRepository } from './rest-repository.ts'
import { AUTHOR } from './served-rollouts.ts'
import { SteppedRelease } from './stepped-release.ts'

export interface StepCost {
  readonly name: string
  readonly stepMs: Spread
  /** Of a push of one commit by the `git` command to the same kind of repository, right after it. */
  readonly pushMs: Spread
  /** The step by that push. */
  readonly times: Spread
  /** Median; `undefined` where nothing is asked for by HTTP. */
  readonly requests: number | undefined
}

interface Sample {
  readonly stepMs: number
  readonly pushMs: number
  readonly requests: number
}

/**
 * Times steps of releases, each one tick: look at the branch, decide, render, commit. The cluster is one
 * in memory. Whoever looks has looked before, as a function that stays warm.
 *
 * @param releases how many, each of several steps
 */
export async function timeSteps(releases: number): Promise<readonly StepCost[]> {
  const folder = join(OUTPUT, 'steps')
  const { url, close } = await gitHttpServer({ root: folder })
  const local: Sample[] = []
  const http: Sample[] = []
  try {
    for (let index = 0; index < releases; index++) {
      local.push(...(await localRelease(join(folder, `local-${index}`))))
      http.push(...(await httpRelease(folder, `http-${index}`, url)))
    }
  } finally {
    await close()
  }
  return [costOf('local repository, git command', local), costOf('smart HTTP', http)]
}

async function localRelease(folder: string): Promise<readonly Sample[]> {
  const repository = reachableRepository(join(folder, 'deploy.git'))
  const pushed = reachableRepository(join(folder, 'pushed.git'))
  const pushes = await PlainPushes.to(pushed, join(folder, 'clone'))
  const remote = await GitCommandRemote.open({ remote: repository, cwd: folder, env: GIT_ENV })
  try {
    await using release = await SteppedRelease.begin(repository, remote)
    return await samplesOf(release, pushes, () => 0)
  } finally {
    await remote.close()
  }
}

async function httpRelease(root: string, name: string, url: string): Promise<readonly Sample[]> {
  const repository = reachableRepository(join(root, name, 'deploy.git'))
  reachableRepository(join(root, name, 'pushed.git'))
  const address = `${url}/${name}`
  const pushes = await PlainPushes.to(`${address}/pushed.git`, join(root, name, 'clone'))
  const counted = new CountedFetch()
  const remote = new SmartHttpRemote({
    url: `${address}/deploy.git`,
    author: AUTHOR,
    fetch: counted.fetch,
  })
  await using release = await SteppedRelease.begin(repository, remote)
  return await samplesOf(release, pushes, () => counted.requests)
}

async function samplesOf(
  release: SteppedRelease,
  pushes: PlainPushes,
  requests: () => number,
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (;;) {
    const before = requests()
    const stepMs = await release.step()
    if (stepMs === undefined) break
    const sent = requests() - before
    samples.push({ stepMs, pushMs: await pushes.push(), requests: sent })
  }
  // The first one opens connections and reads what all others know.
  return samples.slice(1)
}

function costOf(name: string, samples: readonly Sample[]): StepCost {
  const { median } = spread(samples.map(({ requests }) => requests))
  return {
    name,
    stepMs: spread(samples.map(({ stepMs }) => stepMs)),
    pushMs: spread(samples.map(({ pushMs }) => pushMs)),
    times: spread(samples.map(({ stepMs, pushMs }) => stepMs / pushMs)),
    requests: median === 0 ? undefined : median,
  }
}
