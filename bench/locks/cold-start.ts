import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { BUNDLES, writeBundle } from '../../scripts/bundles.ts'
import { BundleProcess } from '../../test/functions/bundles/bundle-process.ts'
import { type Spread, spread } from '../statistics.ts'
import type { BenchedCluster } from './benched-cluster.ts'
import { accessOf } from './served-locks.ts'

export interface ColdStarts {
  /** Node alone, which does nothing and ends. */
  readonly nodeMs: Spread
  /** From the start of the process to the first answer of the function. */
  readonly serveMs: Spread
}

/** Starts the function again and again, in turn with a bare Node. */
export async function timeColdStarts(
  cluster: BenchedCluster,
  folder: string,
  rounds: number,
): Promise<ColdStarts> {
  const { file } = await writeBundle(BUNDLES.serve, folder)
  const env = { ...cluster.podAccount(folder), ...accessOf('none', folder) }
  const node: number[] = []
  const serve: number[] = []
  for (let round = 0; round < rounds; round++) {
    node.push(
      await timed(async () => void (await once(spawn(process.execPath, ['-e', '']), 'close'))),
    )
    const server = new BundleProcess({ program: process.execPath, args: [file], env })
    serve.push(await timed(() => untilAnswered(server)))
    await server.kill()
  }
  return { nodeMs: spread(node), serveMs: spread(serve) }
}

/** An answer of a route that is asked who is there, and so of all that has to be loaded for one. */
async function untilAnswered(server: BundleProcess): Promise<void> {
  const address = await server.untilSaid(/"address":"([^"]+)"/)
  const answer = await fetch(`${address}/v1/locks/default/served`)
  if (answer.status !== 401) throw new Error(`It answered ${answer.status}`)
}

async function timed(run: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await run()
  return performance.now() - began
}
