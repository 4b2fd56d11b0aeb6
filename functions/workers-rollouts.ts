import { FetchTransport } from '../kubernetes/fetch-transport.ts'
import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { systemClock } from '../leases/clock.ts'
import { ConfigurationError } from './configuration/configuration-error.ts'
import { readRemoteRollouts } from './configuration/remote-rollouts.ts'
import type { ClusterAddress } from './configuration/rollout-targets.ts'
import type { LogSink } from './http/log-sink.ts'
import { PROBLEMS } from './http/problem-types.ts'
import { type PlatformRollouts, platformRollouts } from './platform-rollouts.ts'
import { jsonLines } from './serving/json-lines.ts'
import { problemResponse } from './serving/problem-response.ts'

type Variables = Readonly<Record<string, unknown>>

const log: LogSink = jsonLines((line) => console.log(line.trimEnd()))

/** Each listener looks by itself, and a Worker may make so many requests for each that it answers. */
const STREAMS = { listeners: 20, holdMs: 120_000 }

/** Of this isolate, whose variables never change. */
let served: PlatformRollouts | undefined

/**
 * Rollouts, as a Worker of Cloudflare: by requests, and by a cron trigger. The API server of a cluster must
 * have a certificate that everybody trusts, as behind a tunnel it has. Without its settings it says at its
 * first request that it offers no rollouts, and why, and answers so.
 */
export default {
  async fetch(request: Request, variables: Variables): Promise<Response> {
    served ??= await start(variables)
    return served.fetch(request)
  },
  async scheduled(_: unknown, variables: Variables): Promise<void> {
    served ??= await start(variables)
    await served.tickAll()
  },
}

async function start(variables: Variables): Promise<PlatformRollouts> {
  // What Workers are bound to is not only text.
  const texts = Object.entries(variables).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  try {
    const source = { env: Object.fromEntries(texts) }
    return platformRollouts(await readRemoteRollouts(source, connect, systemClock), log, STREAMS)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    log({ level: 'error', message: `Rollouts are not offered. ${error.message}`, fields: {} })
    return notOffered(error)
  }
}

function connect({ server, token, certificateAuthority }: ClusterAddress): KubernetesClient {
  if (certificateAuthority === undefined) {
    return new KubernetesClient({ transport: new FetchTransport({ server, token }) })
  }
  throw new ConfigurationError([
    `${server}: A Worker trusts whom everybody trusts. Leave out the certificate authority, and give the API server such a certificate, or a tunnel`,
  ])
}

/** What is wrong is said in the log, not to everybody. */
const notOffered = (error: ConfigurationError): PlatformRollouts => ({
  fetch: () =>
    problemResponse({
      type: PROBLEMS.notReady,
      detail:
        'Rollouts are not offered here: the configuration is wrong. The log of the Worker says how',
      retryable: false,
    }),
  tickAll: () => Promise.reject(error),
})
