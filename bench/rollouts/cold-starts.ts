import { join } from 'node:path'
import { BUNDLES, type Bundle, writeBundle } from '../../scripts/bundles.ts'
import { answeringServer, bareNode, timeColdStarts } from '../cold-start.ts'
import { answeringLambda } from '../lambda-function.ts'
import { accessOf } from '../locks/served-locks.ts'
import { OUTPUT } from '../rivals.ts'
import type { Spread } from '../statistics.ts'
import { answeringWorker, bareWorker } from '../worker.ts'
import { CountedApiServer } from './counted-api-server.ts'
import { lambdaSettings } from './lambda-settings.ts'
import { overHttp, SENDERS, targetOf } from './served-rollouts.ts'

/** In milliseconds, from the start of the process to the first answer. */
export interface RolloutColdStarts {
  /** Node alone, which does nothing and ends. */
  readonly node: Spread
  /** The server of the image, rollouts and webhooks beside locks. */
  readonly server: Spread
  /** The function of AWS Lambda, in a stand-in for its runtime. */
  readonly lambda: Spread
  /** Cloudflare's runtime, with a Worker that does nothing. */
  readonly workerd: Spread
  readonly workers: Spread
}

/** Without its secret, so what is timed is all that has to be loaded to answer, and no repository. */
const HOOK = {
  method: 'POST',
  path: '/webhooks/flagger/confirm-promotion',
  body: JSON.stringify({ name: 'checkout', namespace: 'shop', metadata: {} }),
  status: 401,
} as const

/** From the start of a process to its first answer to a webhook. */
export async function timeRolloutStarts(rounds: number): Promise<RolloutColdStarts> {
  const folder = join(OUTPUT, 'cold')
  await using cluster = await CountedApiServer.start()
  const url = 'http://127.0.0.1:9/deploy.git'
  const fileOf = async (bundle: Bundle) => (await writeBundle(bundle, folder)).file
  const inCluster = {
    ...cluster.podAccount(folder),
    ...accessOf('none'),
    ...targetOf(overHttp(url)),
    ...SENDERS,
  }
  const elsewhere = lambdaSettings({ url, cluster: cluster.remoteCluster(folder) })
  // A Worker trusts no certificate that was made here.
  const alone = lambdaSettings({ url, cluster: { kind: 'none' } })
  const [server, lambda, workers] = [
    await fileOf(BUNDLES.serveRollouts),
    await fileOf(BUNDLES.lambdaRollouts),
    await fileOf(BUNDLES.workersRollouts),
  ]
  const starts = {
    node: bareNode,
    server: answeringServer({ file: server, env: inCluster, ...HOOK }),
    lambda: answeringLambda({ file: lambda, env: elsewhere, ...HOOK }),
    workerd: bareWorker(`${folder}-bare`),
    workers: answeringWorker({ file: workers, env: alone, ...HOOK }),
  }
  return timeColdStarts(starts, rounds)
}
