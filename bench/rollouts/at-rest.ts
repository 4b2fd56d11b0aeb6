import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BUNDLES, writeBundle } from '../../scripts/bundles.ts'
import { type GitHttpServer, gitHttpServer } from '../../test/gitops/git-http-server.ts'
import { startLambda } from '../lambda-function.ts'
import { OUTPUT } from '../rivals.ts'
import { type Spread, spread } from '../statistics.ts'
import { CountedApiServer } from './counted-api-server.ts'
import { lambdaSettings } from './lambda-settings.ts'
import { processCost } from './process-cost.ts'
import { makeRestRepository } from './rest-repository.ts'
import { serveByBundle } from './served-rollouts.ts'

/** What a server costs that looks by itself, while nothing is in flight. */
export interface ServerAtRest {
  readonly mebibytes: number
  readonly minutes: number
  /** Of one core, a minute. */
  readonly cpuSecondsAMinute: number
  readonly repositoryRequestsAMinute: number
  readonly clusterRequests: number
}

/** What a function costs that a platform's timer invokes once a minute. */
export interface FunctionAtRest {
  /** After the last tick. */
  readonly mebibytes: number
  /** From the start of the process to the end of the first tick. */
  readonly coldMs: number
  readonly warmMs: Spread
  /** Of one core, of a warm tick. */
  readonly cpuSecondsATick: number
  /** Of a warm tick. */
  readonly repositoryRequestsATick: number
  readonly clusterRequests: number
}

export interface AtRest {
  readonly apps: number
  readonly server: ServerAtRest
  readonly platform: FunctionAtRest
}

export interface AtRestProps {
  readonly apps: number
  /** How long the server is watched. */
  readonly minutes: number
}

/** Of the first look, after which the server does nothing but read one ref. */
const SETTLE_SECONDS = 20
const WARM_TICKS = 10
const SCHEDULED = { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} }

/** Measures both ways to run, on a repository of apps that were all released before. */
export async function measureAtRest({ apps, minutes }: AtRestProps): Promise<AtRest> {
  const folder = join(OUTPUT, 'at-rest')
  await makeRestRepository(folder, apps)
  const git = await gitHttpServer({ root: folder })
  try {
    const props = { folder, git }
    return {
      apps,
      platform: await measureFunction(props),
      server: await measureServer({ ...props, minutes }),
    }
  } finally {
    await git.close()
  }
}

interface Place {
  readonly folder: string
  readonly git: GitHttpServer
}

async function measureServer({
  folder,
  git,
  minutes,
}: Place & Pick<AtRestProps, 'minutes'>): Promise<ServerAtRest> {
  await using cluster = await CountedApiServer.start()
  await using server = await serveByBundle(`${git.url}/deploy.git`, folder, cluster)
  await sleep(SETTLE_SECONDS * 1000)
  const before = { requests: git.requests.length, ...processCost(server.pid) }
  await sleep(minutes * 60_000)
  const { mebibytes, cpuSeconds } = processCost(server.pid)
  return {
    mebibytes,
    minutes,
    cpuSecondsAMinute: (cpuSeconds - before.cpuSeconds) / minutes,
    repositoryRequestsAMinute: (git.requests.length - before.requests) / minutes,
    clusterRequests: cluster.requests,
  }
}

async function measureFunction({ folder, git }: Place): Promise<FunctionAtRest> {
  await using cluster = await CountedApiServer.start()
  const { file } = await writeBundle(BUNDLES.lambdaRollouts, folder)
  const url = `${git.url}/deploy.git`
  const began = performance.now()
  const lambda = await startLambda(
    file,
    lambdaSettings({ url, cluster: cluster.remoteCluster(folder) }),
  )
  try {
    await lambda.invoke(SCHEDULED)
    const coldMs = performance.now() - began
    const before = { requests: git.requests.length, ...processCost(lambda.pid) }
    const times: number[] = []
    for (let tick = 0; tick < WARM_TICKS; tick++) {
      const begun = performance.now()
      await lambda.invoke(SCHEDULED)
      times.push(performance.now() - begun)
    }
    const { mebibytes, cpuSeconds } = processCost(lambda.pid)
    return {
      mebibytes,
      coldMs,
      warmMs: spread(times),
      cpuSecondsATick: (cpuSeconds - before.cpuSeconds) / WARM_TICKS,
      repositoryRequestsATick: (git.requests.length - before.requests) / WARM_TICKS,
      clusterRequests: cluster.requests,
    }
  } finally {
    await lambda.stop()
  }
}
