import { pause } from '../cli/pause.ts'
import type { LockServer } from '../functions/node.ts'
import { Backstage } from './backstage.ts'
import { Customers } from './customers.ts'
import { serveFunctions } from './functions.ts'
import { LocalCluster } from './local-cluster.ts'
import { syncBranch } from './local-sync.ts'
import { MetricStore } from './metric-store.ts'
import { RELEASED } from './released.ts'
import type { Workspace } from './workspace.ts'

interface Parts {
  readonly cluster: LocalCluster
  readonly store: MetricStore
  readonly customers: Customers
  readonly functions: LockServer
  readonly backstage: Backstage
}

const LOOK_MS = 50

/** All that a release of the checkout meets, on this machine: pods, gateway, customers, metrics. */
export class Stage implements AsyncDisposable {
  readonly cluster: LocalCluster
  readonly store: MetricStore
  readonly customers: Customers
  readonly functions: LockServer
  /** Aborts when something of all this fails, or the story is to end. */
  readonly signal: AbortSignal
  readonly #resources: AsyncDisposableStack

  private constructor(
    { cluster, store, customers, functions, backstage }: Parts,
    resources: AsyncDisposableStack,
  ) {
    this.cluster = cluster
    this.store = store
    this.customers = customers
    this.functions = functions
    this.signal = backstage.signal
    this.#resources = resources
  }

  /** Sets it up, and waits for pods. */
  static async set(workspace: Workspace, signal: AbortSignal): Promise<Stage> {
    await using resources = new AsyncDisposableStack()
    const cluster = resources.use(await LocalCluster.start())
    const store = resources.use(await MetricStore.start(cluster))
    const customers = resources.use(new Customers(cluster.url))
    const synced = resources.adopt(await workspace.openDeploy(), (one) => one.close())
    const backstage = resources.use(new Backstage(signal))
    backstage.run((ending) => syncBranch({ ...RELEASED, remote: synced, cluster, signal: ending }))
    backstage.run((ending) => store.scrape(ending))
    while (!cluster.isSettled) await orEnd(LOOK_MS, backstage.signal)
    backstage.run((ending) => customers.shop(ending))
    const functions = resources.adopt(
      await serveFunctions({ workspace, cluster, store }),
      (server) => server.stop(),
    )
    return new Stage({ cluster, store, customers, functions, backstage }, resources.move())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync()
  }
}

/** @throws the reason of `signal` */
export async function orEnd(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, signal)
  signal.throwIfAborted()
}
