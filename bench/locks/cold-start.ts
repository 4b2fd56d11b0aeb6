import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { BUNDLES, writeBundle } from '../../scripts/bundles.ts'
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
    const server = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    serve.push(await timed(() => untilAnswered(server.stdout)))
    server.kill('SIGKILL')
  }
  return { nodeMs: spread(node), serveMs: spread(serve) }
}

/** An answer of a route that is asked who is there, and so of all that has to be loaded for one. */
async function untilAnswered(output: Readable): Promise<void> {
  const [line] = (await once(createInterface({ input: output }), 'line')) as [string]
  const { address } = JSON.parse(line) as { readonly address: string }
  const sent = get(`${address}/v1/locks/default/served`)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 401) throw new Error(`It answered ${answer.statusCode}`)
  answer.destroy()
}

async function timed(run: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await run()
  return performance.now() - began
}
