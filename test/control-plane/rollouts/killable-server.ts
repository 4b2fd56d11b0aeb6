import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ServingRollouts } from '../../cli/serving-rollouts.ts'
import type { BundleProcess } from '../../functions/bundles/bundle-process.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { ServedMetrics } from '../gateway/served-metrics.ts'
import type { Flux } from '../gitops/flux.ts'
import { tokenOf } from '../service-account.ts'
import { connectToSharedCluster } from '../shared-cluster-client.ts'
import type { ClusterRelease } from './cluster-release.ts'

const DYING = fileURLToPath(new URL('die-at-a-call.ts', import.meta.url))
const CALLS = 'calls'

/** Right before one of the calls that a server makes outward, counted from 1, or after its answer. */
export interface Death {
  readonly side: 'before' | 'after'
  readonly call: number
}

export interface KillableServerProps {
  readonly cluster: ClusterWithNodes
  readonly flux: Flux
  readonly release: ClusterRelease
}

/**
 * `lockstep serve`, which looks at a release by itself: at the real API server by the rights of the
 * release's watcher, and at a metric store by HTTP. It has one life after the other.
 */
export class KillableServer implements AsyncDisposable {
  readonly #serving = new ServingRollouts()
  readonly #cluster: ClusterWithNodes
  readonly #metrics: ServedMetrics

  private constructor(cluster: ClusterWithNodes, metrics: ServedMetrics) {
    this.#cluster = cluster
    this.#metrics = metrics
  }

  static async of({ cluster, flux, release }: KillableServerProps): Promise<KillableServer> {
    const server = new KillableServer(cluster, await ServedMetrics.start(release.metrics))
    const { server: address, certificateAuthority = '' } = await connectToSharedCluster('nodes')
    const serving = server.#serving
    serving.write('ca.crt', certificateAuthority)
    serving.configure({
      repository: { kind: 'git', remote: flux.repository },
      cluster: {
        kind: 'remote',
        server: address,
        token: { file: join(serving.folder, 'token') },
        certificateAuthority: { file: join(serving.folder, 'ca.crt') },
      },
      metrics: server.#metrics.settings,
      pace: { leastSeconds: 1, idleSeconds: 1 },
    })
    return server
  }

  /** @param death when it is killed. @default - never */
  async start(death?: Death): Promise<BundleProcess> {
    const { folder } = this.#serving
    // It is good for ten minutes, which many lives are longer than.
    this.#serving.write('token', await tokenOf(this.#cluster, 'lockstep'))
    writeFileSync(join(folder, CALLS), '')
    return this.#serving.start({
      // What it leaves behind goes with the test.
      TMPDIR: folder,
      ...(death !== undefined && {
        NODE_OPTIONS: `--import ${DYING}`,
        LOCKSTEP_TEST_CALLS: join(folder, CALLS),
        LOCKSTEP_TEST_DIES: `${death.side} ${death.call}`,
      }),
    })
  }

  /** The calls of the life that is under way, or over, if it has a death. */
  get calls(): readonly string[] {
    const text = readFileSync(join(this.#serving.folder, CALLS), 'utf8')
    return text.split('\n').filter((line) => line !== '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#metrics[Symbol.asyncDispose]()
  }
}
