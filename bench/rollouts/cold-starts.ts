import { join } from 'node:path'
import { BUNDLES, writeBundle } from '../../scripts/bundles.ts'
import { answeringServer, bareNode, type Start, timeColdStarts } from '../cold-start.ts'
import { accessOf } from '../locks/served-locks.ts'
import { OUTPUT } from '../rivals.ts'
import type { Spread } from '../statistics.ts'
import { CountedApiServer } from './counted-api-server.ts'
import { lambdaSettings, startLambda } from './lambda-function.ts'
import { overHttp, SENDERS, targetOf } from './served-rollouts.ts'

export interface RolloutColdStarts {
  /** Node alone, which does nothing and ends. */
  readonly nodeMs: Spread
  /** The server of the image, rollouts and webhooks beside locks. */
  readonly serverMs: Spread
  /** The function of AWS Lambda, in a stand-in for its runtime. */
  readonly lambdaMs: Spread
}

const PATH = '/webhooks/flagger/confirm-promotion'

/** Without its secret, so what is timed is all that has to be loaded to answer, and no repository. */
const HOOK = JSON.stringify({ name: 'checkout', namespace: 'shop', metadata: {} })

/** From the start of a process to its first answer to a webhook. */
export async function timeRolloutStarts(rounds: number): Promise<RolloutColdStarts> {
  const folder = join(OUTPUT, 'cold')
  await using cluster = await CountedApiServer.start()
  const nowhere = 'http://127.0.0.1:9/deploy.git'
  const { file } = await writeBundle(BUNDLES.serveRollouts, folder)
  const env = {
    ...cluster.podAccount(folder),
    ...accessOf('none', folder),
    ...targetOf(overHttp(nowhere)),
    ...SENDERS,
  }
  const lambda = await writeBundle(BUNDLES.lambdaRollouts, folder)
  const settings = lambdaSettings({ url: nowhere, cluster: cluster.remoteCluster(folder) })
  const starts = {
    node: bareNode,
    server: answeringServer({ file, env, method: 'POST', path: PATH, body: HOOK, status: 401 }),
    lambda: lambdaStart(lambda.file, settings),
  }
  const { node, server, lambda: lambdaMs } = await timeColdStarts(starts, rounds)
  return { nodeMs: node, serverMs: server, lambdaMs }
}

const lambdaStart =
  (file: string, settings: Readonly<Record<string, string>>): Start =>
  async () => {
    const lambda = await startLambda(file, settings)
    const { statusCode } = (await lambda.invoke(HOOK_EVENT)) as { readonly statusCode: number }
    if (statusCode !== 401) throw new Error(`It answered ${statusCode}`)
    return () => lambda.stop()
  }

/** As a function URL sends it. */
const HOOK_EVENT = {
  version: '2.0',
  routeKey: '$default',
  rawPath: PATH,
  rawQueryString: '',
  headers: { host: 'rollouts.example.com', 'content-type': 'application/json' },
  requestContext: {
    domainName: 'rollouts.example.com',
    http: {
      method: 'POST',
      path: PATH,
      protocol: 'HTTP/1.1',
      sourceIp: '192.0.2.1',
      userAgent: '',
    },
  },
  body: HOOK,
  isBase64Encoded: false,
}
