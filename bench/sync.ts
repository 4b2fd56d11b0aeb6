import { loadavg } from 'node:os'
import { fixed, type SyncSplit } from '../constructs/index.ts'
import { emitYaml } from '../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { Cluster } from '../test/control-plane/cluster.ts'
import { chooseCluster } from '../test/control-plane/cluster-choice.ts'
import type { Flux } from '../test/control-plane/gitops/flux.ts'
import { type Apps, syncedApps } from '../test/control-plane/gitops/synced-apps.ts'
import { type FreshClusterProps, onFreshCluster } from './fresh-cluster.ts'
import { say } from './rivals.ts'
import { type Spread, spread } from './statistics.ts'
import { ROUND, WatchedSync } from './watched-sync.ts'

export interface BenchSyncProps {
  /** How many apps there are, ten in a namespace. */
  readonly sizes: readonly number[]
  readonly rounds: number
  /** No further push begins after so long with one case, so that a slow one has fewer rounds. */
  readonly minutes: number
  /** What kustomize-controller is told as `--concurrent`. */
  readonly concurrent: readonly number[]
  /** @default - all */
  readonly splits?: readonly SyncSplit[]
}

/** Some apps, and how their sync is split. */
interface Case {
  readonly apps: number
  readonly split: SyncSplit
  readonly concurrent: number
}

interface Measured extends Case {
  readonly kustomizations: number
  readonly objects: number
  /** Pushes that were timed. */
  readonly rounds: number
  /** From nothing to everything. */
  readonly firstMs: number
  /** Until the push is over. */
  readonly pushMs: Spread
  /** From the start of a push that changes one app's traffic until the cluster has the change. */
  readonly appliedMs: Spread
  /** The same until every Kustomization has seen the commit, and nothing is left to do. */
  readonly idleMs: Spread
}

export interface SyncResult extends Measured {
  /** How many processes wanted a core in the minute before; the case before has a share in it. */
  readonly loadBefore: number
}

export const SPLITS: readonly SyncSplit[] = ['environment', 'namespace', 'app']
const APPS_IN_NAMESPACE = 10

/**
 * Times pushes to a bare repository until the real kustomize-controller has applied them to a real
 * API server. Every push changes the traffic of another app, all over the environment, and starts
 * only when nothing is left to do of the one before.
 */
export async function benchSync(
  { sizes, concurrent, splits = SPLITS, ...bounds }: BenchSyncProps,
  onResult: (result: SyncResult) => void,
): Promise<void> {
  const cases = sizes.flatMap((apps) =>
    concurrent.flatMap((concurrent) => splits.map((split) => ({ apps, split, concurrent }))),
  )
  for (const of of cases) {
    say(`${of.apps} apps, split by ${of.split}, --concurrent=${of.concurrent}`)
    const [loadBefore = Number.NaN] = loadavg()
    const measured = await onFreshCluster(freshCluster(of), (cluster, flux) =>
      measure({ cluster, flux, of, bounds }),
    )
    onResult({ ...measured, loadBefore })
  }
}

const freshCluster = ({ concurrent }: Case): FreshClusterProps<Cluster> => ({
  choice: chooseCluster({ ...process.env, LOCKSTEP_TEST_KUBECONFIG: undefined }),
  open: (connect) => new Cluster(connect),
  concurrent,
})

interface MeasureProps {
  readonly cluster: Cluster
  readonly flux: Flux
  readonly of: Case
  readonly bounds: Pick<BenchSyncProps, 'rounds' | 'minutes'>
}

async function measure({ cluster, flux, of, bounds }: MeasureProps): Promise<Measured> {
  const { rendering, kustomizations } = syncedApps(flux, manyApps(of.apps), { split: of.split })
  const watched = await WatchedSync.start(cluster, flux.namespace)
  await flux.publish(rendering)
  const begun = performance.now()
  await flux.sync(kustomizations)
  const names = kustomizations.map(({ metadata }) => metadata.name)
  const idle = await watched.whenIdle((await flux.tip()) ?? '', names)

  const services = rendering.files.filter(({ object }) => object?.kind === 'Service')
  const times: { pushMs: number; appliedMs: number; idleMs: number }[] = []
  const lastBegin = begun + bounds.minutes * 60_000
  for (let round = 1; round <= bounds.rounds; round++) {
    if (times.length > 0 && performance.now() > lastBegin) break
    // All over the list, and never the same one twice in a row.
    const file = services[(round * 7919) % services.length]
    if (file === undefined) throw new Error('There is no Service')
    times.push(await timePush({ flux, watched, file, round, kustomizations: names }))
  }
  return {
    ...of,
    kustomizations: names.length,
    objects: rendering.files.length,
    rounds: times.length,
    firstMs: idle - begun,
    pushMs: spread(times.map(({ pushMs }) => pushMs)),
    appliedMs: spread(times.map(({ appliedMs }) => appliedMs)),
    idleMs: spread(times.map(({ idleMs }) => idleMs)),
  }
}

interface TimePushProps {
  readonly flux: Flux
  readonly watched: WatchedSync
  readonly file: RenderedFile
  readonly round: number
  /** Names of all of them. */
  readonly kustomizations: readonly string[]
}

async function timePush({ flux, watched, file, round, kustomizations }: TimePushProps) {
  const { metadata, ...service } = file.object as KubernetesObject
  const annotations = { ...metadata.annotations, [ROUND]: String(round) }
  const write = emitYaml({ ...service, metadata: { ...metadata, annotations } } as KubernetesObject)
  const applied = watched.whenApplied(`${metadata.namespace}/${metadata.name}`, String(round))
  const begun = performance.now()
  const commit = await flux.push({ path: `prod/${file.path}`, write })
  const pushed = performance.now()
  const idle = await watched.whenIdle(commit, kustomizations)
  return { pushMs: pushed - begun, appliedMs: (await applied) - begun, idleMs: idle - begun }
}

function manyApps(count: number): Apps {
  const apps: Record<string, Record<string, object>> = {}
  for (let index = 0; index < count; index++) {
    const namespace = `team-${Math.floor(index / APPS_IN_NAMESPACE)}`
    apps[namespace] = { ...apps[namespace], [`app-${index}`]: { replicas: fixed(3) } }
  }
  return apps
}
