import { BUNDLES, writeBundle } from '../../scripts/bundles.ts'
import { answeringServer, bareNode, timeColdStarts } from '../cold-start.ts'
import type { Spread } from '../statistics.ts'
import type { BenchedCluster } from './benched-cluster.ts'
import { accessOf } from './served-locks.ts'

export interface ColdStarts {
  /** Node alone, which does nothing and ends. */
  readonly nodeMs: Spread
  /** From the start of the process to the first answer of the function. */
  readonly serveMs: Spread
}

/**
 * Starts the function again and again, in turn with a bare Node, until it has asked who is there, and
 * so has loaded all that has to be loaded for an answer.
 */
export async function timeLockStarts(
  cluster: BenchedCluster,
  folder: string,
  rounds: number,
): Promise<ColdStarts> {
  const { file } = await writeBundle(BUNDLES.serve, folder)
  const env = { ...cluster.podAccount(folder), ...accessOf('none', folder) }
  const request = { method: 'GET', path: '/v1/locks/default/served', status: 401 } as const
  const starts = { node: bareNode, serve: answeringServer({ file, env, ...request }) }
  const { node, serve } = await timeColdStarts(starts, rounds)
  return { nodeMs: node, serveMs: serve }
}
