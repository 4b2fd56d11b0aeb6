import { join } from 'node:path'
import { BundleProcess } from '../../test/functions/bundles/bundle-process.ts'
import { gitHttpServer } from '../../test/gitops/git-http-server.ts'
import { type Call, type TimedCall, timeCalls } from '../locks/timed-calls.ts'
import { OUTPUT } from '../rivals.ts'
import { CountedApiServer } from './counted-api-server.ts'
import { KeptConnection } from './kept-connection.ts'
import { makeRestRepository } from './rest-repository.ts'
import { serveByBundle, serveByCommand, WEBHOOK_SECRET } from './served-rollouts.ts'

/** The least that a request to a function can cost. */
export const EMPTY = 'an empty Hono server'

/** Apps of an environment: the one that is asked about alone, and many beside it. */
const APPS = [1, 500]

/** Things to close, the last one first. */
type Closers = (() => unknown)[]

/**
 * Times what Flagger and Argo Rollouts ask before they go on, of functions that have been asked
 * before, each a process of its own that reads a real repository for every answer.
 */
export async function timeGates(rounds: number): Promise<readonly TimedCall[]> {
  const closers: Closers = []
  try {
    const calls = [await emptyCall(closers)]
    for (const apps of APPS) calls.push(...(await callsOf(apps, closers)))
    return await timeCalls(calls, rounds)
  } finally {
    for (const close of closers.toReversed()) await close()
  }
}

async function emptyCall(closers: Closers): Promise<Call> {
  const process = new BundleProcess({
    program: globalThis.process.execPath,
    args: [join(import.meta.dirname, 'empty-hono-main.ts')],
  })
  closers.push(() => process.kill())
  const connection = new KeptConnection(await process.untilSaid(/"address":"([^"]+)"/))
  closers.push(() => connection.close())
  return { name: EMPTY, run: () => connection.post('/', FLAGGER_HOOK) }
}

async function callsOf(apps: number, closers: Closers): Promise<readonly Call[]> {
  const folder = join(OUTPUT, `gates-${apps}`)
  const repository = await makeRestRepository(folder, apps)
  const git = await gitHttpServer({ root: folder })
  closers.push(() => git.close())
  const cluster = await CountedApiServer.start()
  closers.push(() => cluster[Symbol.asyncDispose]())
  const servers = {
    git: await serveByCommand(repository, folder),
    'smart HTTP': await serveByBundle(`${git.url}/deploy.git`, folder, cluster),
  }
  return Object.entries(servers).flatMap(([reach, server]) => {
    const connection = new KeptConnection(server.address)
    closers.push(
      () => server[Symbol.asyncDispose](),
      () => connection.close(),
    )
    return gateCalls(connection, `${reach}, ${apps} app${apps === 1 ? '' : 's'}`)
  })
}

/** As Flagger sends it. */
const FLAGGER_HOOK = {
  name: 'app-0',
  namespace: 'shop',
  phase: 'Progressing',
  checksum: '85d557f47b',
  metadata: { token: WEBHOOK_SECRET, environment: 'prod' },
}

/** As Argo Rollouts does. */
const ARGO_MEASUREMENT = {
  namespace: 'shop',
  app: 'app-0',
  environment: 'prod',
  checksum: '6c54544bf9',
  metadata: { step: '2' },
}

const gateCalls = (connection: KeptConnection, where: string): readonly Call[] => [
  {
    name: `Flagger's confirm-promotion: ${where}`,
    reference: EMPTY,
    run: async () => {
      const said = await connection.post('/webhooks/flagger/confirm-promotion', FLAGGER_HOOK)
      if (!said.startsWith('approved')) throw new Error(`Flagger was told: ${said}`)
    },
  },
  {
    name: `Argo Rollouts' metric: ${where}`,
    reference: EMPTY,
    run: async () => {
      const headers = { authorization: `Bearer ${WEBHOOK_SECRET}` }
      const said = await connection.post('/webhooks/argo-rollouts', ARGO_MEASUREMENT, headers)
      const { state } = JSON.parse(said) as { readonly state: string }
      if (state !== 'approved') throw new Error(`Argo Rollouts was told: ${said}`)
    },
  },
]
