import { FetchTransport } from '../kubernetes/fetch-transport.ts'
import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { withDeclared } from '../leases/declared-leases.ts'
import { KubernetesLeaseStore } from '../leases/kubernetes-lease-store.ts'
import { ConfigurationError } from './configuration/configuration-error.ts'
import type { RemoteCluster } from './configuration/remote-cluster.ts'
import {
  type RemoteConfiguration,
  readRemoteConfiguration,
} from './configuration/remote-configuration.ts'
import type { LogSink } from './http/log-sink.ts'
import { PROBLEMS } from './http/problem-types.ts'
import { lockFunction } from './locks/lock-function.ts'
import { jsonLines } from './serving/json-lines.ts'
import { problemResponse } from './serving/problem-response.ts'
import { unsharedStore } from './serving/unshared-store.ts'

type Variables = Readonly<Record<string, string | undefined>>
type Fetch = (request: Request) => Response | Promise<Response>

const log: LogSink = jsonLines((line) => console.log(line.trimEnd()))

/** Of this isolate, whose variables never change. */
let served: Fetch | undefined

/**
 * Locks of a cluster, as a Worker of Cloudflare. The API server must have a certificate that everybody
 * trusts, as behind a tunnel it has: a Worker takes no authority of ours. Without an address of one it
 * says at its first request that it offers no locks, and why, and answers so.
 */
export default {
  async fetch(request: Request, variables: Variables): Promise<Response> {
    served ??= await start(variables)
    return served(request)
  },
}

async function start(variables: Variables): Promise<Fetch> {
  try {
    const configuration = await readRemoteConfiguration({ env: textsOf(variables) }, connect)
    return serve(configuration)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    log({ level: 'error', message: `Locks are not offered. ${error.message}`, fields: {} })
    return notOffered
  }
}

function serve({ client, cluster, access, keys, locks }: RemoteConfiguration): Fetch {
  const all = unsharedStore(() => new KubernetesLeaseStore({ client, ...cluster }))
  const store = withDeclared(all, locks)
  return lockFunction({ store, listing: store, keys, ...access, log }).fetch
}

/** What Workers are bound to is not only text. */
const textsOf = (variables: Variables): Variables =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => typeof value === 'string'))

function connect({ server, token, certificateAuthority }: RemoteCluster): KubernetesClient {
  if (certificateAuthority === undefined) {
    return new KubernetesClient({ transport: new FetchTransport({ server, token: () => token }) })
  }
  throw new ConfigurationError([
    'LOCKSTEP_KUBERNETES_CA: A Worker trusts whom everybody trusts. Leave it out, and give the API server such a certificate, or a tunnel',
  ])
}

/** What is wrong is said in the log, not to everybody. */
const notOffered: Fetch = () =>
  problemResponse({
    type: PROBLEMS.notReady,
    detail:
      'Locks are not offered here: the configuration is wrong. The log of the Worker says how',
    retryable: false,
  })
