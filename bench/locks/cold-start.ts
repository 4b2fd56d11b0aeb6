import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { BUNDLES, type Bundle, writeBundle } from '../../scripts/bundles.ts'
import { freePort } from '../../test/control-plane/free-port.ts'
import { answeringServer, bareNode, type Start, timeColdStarts } from '../cold-start.ts'
import { answeringLambda } from '../lambda-function.ts'
import type { Spread } from '../statistics.ts'
import { answeringWorker, bareWorker } from '../worker.ts'
import type { BenchedCluster } from './benched-cluster.ts'
import { accessOf } from './served-locks.ts'

/** In milliseconds, from the start of the process to the first answer. */
export interface ColdStarts {
  /** Node alone, which does nothing and ends. */
  readonly node: Spread
  readonly serve: Spread
  readonly elect: Spread
  /** The function of AWS Lambda, in a stand-in for its runtime. */
  readonly lambda: Spread
  /** Cloudflare's runtime, with a Worker that does nothing. */
  readonly workerd: Spread
  readonly workers: Spread
}

const ELECTED = 'elected'

/**
 * Starts each bundle again and again, in turn with what it runs in, until it has asked who is there, and
 * so has loaded all that has to be loaded for an answer.
 */
export async function timeLockStarts(
  cluster: BenchedCluster,
  folder: string,
  rounds: number,
): Promise<ColdStarts> {
  await cluster.declare(ELECTED)
  const account = cluster.podAccount(folder)
  const access = accessOf('none')
  const first = { method: 'GET', path: '/v1/locks/default/served', status: 401 } as const
  const inCluster = { ...first, env: { ...account, ...access } }
  const elsewhere = { ...first, env: { ...cluster.remoteAccount(), ...access } }
  const fileOf = async (bundle: Bundle) => (await writeBundle(bundle, folder)).file
  const starts = {
    node: bareNode,
    serve: answeringServer({ file: await fileOf(BUNDLES.serve), ...inCluster }),
    elect: answeringElector(await fileOf(BUNDLES.elect), { ...account, ...ELECTION }),
    lambda: answeringLambda({ file: await fileOf(BUNDLES.lambda), ...elsewhere }),
    workerd: bareWorker(`${folder}-bare`),
    workers: answeringWorker({ file: await fileOf(BUNDLES.workers), ...elsewhere }),
  }
  return timeColdStarts(starts, rounds)
}

const ELECTION = {
  LEASE_NAME: ELECTED,
  LEASE_NAMESPACE: 'default',
  LEASE_DURATION: '15s',
  RENEW_DEADLINE: '10s',
  RETRY_PERIOD: '2s',
  POD_NAME: 'bench',
  POD_UID: 'uid-of-bench',
}

const ELECTOR_ARGS = ['--work=cooperative', '--cluster-id=bench']

/** It has no word for when it listens, so it is asked until it does. */
const answeringElector =
  (file: string, env: Readonly<Record<string, string>>): Start =>
  async () => {
    const port = await freePort()
    const args = [file, ...ELECTOR_ARGS, `--port=${port}`]
    const elector = spawn(process.execPath, args, { env, stdio: 'ignore' })
    const ended = once(elector, 'close')
    while (!(await answers(`http://127.0.0.1:${port}/leader`))) {
      if (elector.exitCode !== null) throw new Error(`It ended with ${elector.exitCode}`)
      await sleep(1)
    }
    return async () => {
      elector.kill('SIGKILL')
      await ended
    }
  }

async function answers(address: string): Promise<boolean> {
  try {
    const [answer] = await once(request(address).end(), 'response')
    answer.destroy()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false
    throw error
  }
}
