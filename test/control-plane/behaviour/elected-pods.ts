import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { at, items, text } from '../../../manifests/fields.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import type { Connection } from '../connection.ts'
import { eventually } from '../eventually.ts'
import { connectToSharedCluster } from '../shared-cluster-client.ts'
import { PodStandIn } from './pod-stand-in.ts'

export interface ElectedPodsProps {
  /** Script of a shell that runs in place of the app, told its pod; it may write to `$LOG`. */
  readonly work?: (pod: string) => string
  /** How long the app takes to end, if it is no script. @default 4_000 */
  readonly drainMs?: number
  /** Whether kubelets call hooks. @default true */
  readonly callsHooks?: boolean
}

const LOOK_EVERY_MS = 100

/** The pods of an app, each with a stand-in for its kubelet for as long as it is there. */
export class ElectedPods {
  readonly #cluster: ClusterWithNodes
  readonly #app: string
  readonly #props: ElectedPodsProps
  readonly #pods = new Map<string, PodStandIn>()
  readonly #everyone: PodStandIn[] = []
  readonly #folder = mkdtempSync(join(tmpdir(), 'lockstep-elected-'))
  #isClosed = false
  #keeping: Promise<void> | undefined

  private constructor(cluster: ClusterWithNodes, app: string, props: ElectedPodsProps) {
    this.#cluster = cluster
    this.#app = app
    this.#props = props
  }

  static async start(
    cluster: ClusterWithNodes,
    app: string,
    props: ElectedPodsProps = {},
  ): Promise<ElectedPods> {
    const pods = new ElectedPods(cluster, app, props)
    pods.#keeping = pods.#keep(await connectToSharedCluster('nodes'))
    return pods
  }

  get all(): readonly PodStandIn[] {
    return [...this.#pods.values()]
  }

  /** What electors were refused, of all pods that there were: what their rights do not cover. */
  get refusals(): readonly string[] {
    return this.#everyone
      .flatMap(({ said }) => said.split('\n'))
      .filter((line) => line.includes('was refused (403'))
  }

  /** What the work of all pods has written. */
  get lines(): readonly string[] {
    try {
      return readFileSync(this.#log, 'utf8').split('\n').slice(0, -1)
    } catch {
      return []
    }
  }

  /** The one of which its elector says that it leads. */
  async leader(other?: PodStandIn): Promise<PodStandIn> {
    const found = await eventually(
      'a pod leads',
      async () => {
        const said = await Promise.all(
          this.all.map(async (pod) => [pod, await pod.elector.says('/leader')] as const),
        )
        return said.find(([pod, status]) => status === 200 && pod !== other)?.[0]
      },
      (pod) => pod !== undefined,
      60,
      () => this.all.map(({ name, elector }) => [name, elector.stderr]),
    )
    return found as PodStandIn
  }

  async untilThere(count: number): Promise<void> {
    await eventually(
      `${count} electors answer`,
      async () => {
        const said = await Promise.all(this.all.map(({ elector }) => elector.says('/livez')))
        return said.filter((status) => status === 200).length
      },
      (answering) => answering === count,
    )
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#keeping
    for (const pod of this.all) pod.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #log(): string {
    return join(this.#folder, 'log')
  }

  async #keep(connection: Connection): Promise<void> {
    const path = `/api/v1/namespaces/${await this.#cluster.namespace()}/pods?labelSelector=app.kubernetes.io%2Finstance%3D${this.#app}`
    while (!this.#isClosed) {
      const { body } = await this.#cluster.send({ path })
      for (const pod of items(at(body, 'items'))) await this.#look(pod, connection)
      await sleep(LOOK_EVERY_MS)
    }
  }

  async #look(pod: unknown, connection: Connection): Promise<void> {
    const uid = text(at(pod, 'metadata', 'uid')) ?? ''
    const name = text(at(pod, 'metadata', 'name')) ?? ''
    const standIn = this.#pods.get(uid)
    if (at(pod, 'metadata', 'deletionTimestamp') !== undefined) {
      this.#pods.delete(uid)
      void standIn?.end()
    } else if (standIn === undefined && at(pod, 'status', 'phase') === 'Running') {
      const started = await PodStandIn.start({
        cluster: this.#cluster,
        connection,
        pod,
        work: this.#props.work?.(name),
        drainMs: this.#props.drainMs ?? 4_000,
        callsHooks: this.#props.callsHooks ?? true,
        env: { LOG: this.#log },
      })
      this.#pods.set(uid, started)
      this.#everyone.push(started)
    }
  }
}
