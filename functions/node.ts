import { readFile } from 'node:fs/promises'
import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { withDeclared } from '../leases/declared-leases.ts'
import type { LeaseListing } from '../leases/lease-listing.ts'
import type { LeaseStore } from '../leases/lease-store.ts'
import { LET_IN } from './configuration/access.ts'
import { Mistakes } from './configuration/mistakes.ts'
import { readServeConfiguration } from './configuration/serve-configuration.ts'
import { readTls } from './configuration/tls-settings.ts'
import type { LogSink } from './http/log-sink.ts'
import { PrometheusMetrics } from './http/prometheus-metrics.ts'
import { lockFunction } from './locks/lock-function.ts'
import type { ReadBeside } from './serving/beside-locks.ts'
import { jsonLines } from './serving/json-lines.ts'
import { NodeServer } from './serving/node-server.ts'
import { forThisMachine, thisMachine } from './serving/this-machine.ts'
import { renewTls } from './serving/tls-renewal.ts'

/** Where the locks are. */
export interface ServedStore {
  readonly store: LeaseStore & LeaseListing
  /** Of the cluster that they are in, whose tokens and RBAC count. @default - they are in a file */
  readonly client?: KubernetesClient
}

export interface ServeLocksProps extends ServedStore {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes the lines of the log, each JSON. */
  readonly write: (line: string) => void
  /** What is served at the same address, if its settings say so. @default - locks alone */
  readonly beside?: ReadBeside
}

/** A server of locks that has begun. */
export interface LockServer {
  /** `http://127.0.0.1:8080`. */
  readonly address: string
  /** Finishes what is under way; called again, in less time. Resolves when it is over. */
  stop(): Promise<void>
}

/**
 * Serves locks by HTTP, and what is beside them, as the environment says.
 *
 * @throws {ConfigurationError} {ServerAddressError} {UnusableCertificateError}
 */
export async function serveLocks(props: ServeLocksProps): Promise<LockServer> {
  const { store, client, env, write } = props
  const source = { env, readFile: (path: string) => readFile(path, 'utf8') }
  const mistakes = new Mistakes()
  const configuration = await mistakes.collect(() =>
    readServeConfiguration(source, client ?? 'file'),
  )
  const openBeside = await mistakes.collect(async () => props.beside?.(source))
  if (!mistakes.isEmpty || configuration === undefined) throw mistakes.toError()
  const { access, keys, locks, listen, ...rest } = configuration
  const served = withDeclared(store, locks)
  const log = jsonLines(write)
  const shared = {
    ...(access ?? { authenticator: thisMachine, authorizer: thisMachine }),
    log,
    metrics: new PrometheusMetrics(),
  }
  const lockApp = lockFunction({
    ...shared,
    store: served,
    listing: served,
    keys: keys ?? [crypto.getRandomValues(new Uint8Array(32))],
  })
  const beside = openBeside?.(shared)
  const fetch = (request: Request) =>
    (beside?.takes(new URL(request.url).pathname) ? beside : lockApp).fetch(request)
  const server = await NodeServer.start({
    fetch: access === undefined ? forThisMachine(fetch) : fetch,
    listen,
    ...rest,
  })
  const { tls } = rest
  const endRenewal =
    tls && renewTls({ tls, log, read: () => readTls(source), use: (next) => server.useTls(next) })
  const { address } = server
  const what = beside === undefined ? 'locks' : 'locks and rollouts'
  log({ level: 'info', message: `Serves ${what} at ${address}`, fields: { address } })
  if (access === undefined) {
    log({
      level: 'warn',
      message: `Nobody is asked who they are, so this is for this machine alone. ${LET_IN}`,
      fields: {},
    })
  }
  beside?.start()
  const stop = stopOf(server, log)
  const stopAll = async () => {
    const cut = AbortSignal.timeout(rest.stopWithinMs)
    await Promise.all([stop(), beside?.stop(cut)])
  }
  return { address, stop: () => stopAll().finally(endRenewal) }
}

/** Says what becomes of the first stop. Those after it only make more haste. */
function stopOf(server: NodeServer, log: LogSink): LockServer['stop'] {
  let stopped: Promise<void> | undefined
  return () => {
    const finished = server.stop()
    stopped ??= sayStopped(finished, log)
    return stopped
  }
}

async function sayStopped(finished: Promise<boolean>, log: LogSink): Promise<void> {
  log({ level: 'info', message: 'Stops, and finishes what is under way', fields: {} })
  if (await finished) log({ level: 'info', message: 'Stopped', fields: {} })
  else log({ level: 'warn', message: 'Stopped, and cut off what was still under way', fields: {} })
}
