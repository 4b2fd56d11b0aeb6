import { loadavg } from 'node:os'
import { chooseClusterWithNodes } from '../test/control-plane/cluster-choice.ts'
import { ClusterWithNodes } from '../test/control-plane/cluster-with-nodes.ts'
import type { Flux } from '../test/control-plane/gitops/flux.ts'
import { ClusterRelease } from '../test/control-plane/rollouts/cluster-release.ts'
import {
  ABORTS,
  type Abort,
  TIMED_APP,
  type TimedRound,
  TimedRounds,
} from '../test/control-plane/rollouts/timed-rounds.ts'
import { addOtherApps, type OtherSource } from './aborts/other-apps.ts'
import { onFreshCluster } from './fresh-cluster.ts'
import type { Bar } from './report.ts'
import { say } from './rivals.ts'
import { type Spread, spread } from './statistics.ts'
import { WatchedSync } from './watched-sync.ts'

export interface BenchAbortsProps {
  /** How many Kustomizations a cluster has: two of the app that is released, the rest of others. */
  readonly kustomizations: readonly number[]
  /** What kustomize-controller is told as `--concurrent`. */
  readonly concurrent: readonly number[]
  readonly sources: readonly OtherSource[]
  /** Of each kind of abort. */
  readonly rounds: number
  /** No further round of a kind begins after so long, so that a slow one has fewer. */
  readonly minutes: number
}

/** A cluster, and how it is synced. */
interface Case {
  /** Of all apps together. */
  readonly kustomizations: number
  readonly concurrent: number
  readonly others: OtherSource
}

/** How long something took, in milliseconds. */
export interface TimedKind {
  readonly kind: 'advance' | Abort
  readonly rounds: number
  /** From the commit of an advance, or from what makes a release go back, until requests follow. */
  readonly wholeMs: Spread
  /** From the commit. */
  readonly fromCommitMs: Spread
}

export interface AbortsResult extends Case {
  readonly times: readonly TimedKind[]
  /** How many processes wanted a core in the minute before. */
  readonly loadBefore: number
}

/** Two of them are of the app that is released, and each other app has two. */
const OF_THE_RELEASE = ['prod-traffic', 'prod-workloads']

const MOST_FOR_BARS = 10
const BARS: Readonly<Partial<Record<TimedKind['kind'], number>>> = { person: 1.5, metric: 3 }

/** What is timed, in words. */
export const KINDS: Readonly<Record<TimedKind['kind'], string>> = {
  advance: 'a commit that advances, to its first request on the canary',
  person: "a person's abort, to no request on the canary",
  metric: 'a metric that turns bad, to no request on the canary',
  'after copy': "a person's abort after the template copy, to no request on the canary",
  'while workloads hang': "a person's abort while workloads hang, to no request on the canary",
}

/** With hundreds of Kustomizations a push takes minutes to arrive, and a release is several of them. */
const PATIENCE_SECONDS = 30 * 60

/**
 * Releases an app again and again on a real control plane, and aborts it in different ways, while
 * requests go on all the time: see `TimedRounds`.
 */
export async function benchAborts(
  { kustomizations, concurrent, sources, ...bounds }: BenchAbortsProps,
  onResult: (result: AbortsResult) => void,
): Promise<void> {
  const cases = kustomizations.flatMap((count) =>
    concurrent.flatMap((workers) =>
      sources.map((others) => ({ kustomizations: count, concurrent: workers, others })),
    ),
  )
  for (const of of cases) {
    say(`${of.kustomizations} Kustomizations, --concurrent=${of.concurrent}, ${of.others} source`)
    const [loadBefore = Number.NaN] = loadavg()
    onResult({ ...of, loadBefore, ...(await onCluster(of, bounds)) })
  }
}

type Bounds = Pick<BenchAbortsProps, 'rounds' | 'minutes'>
type Measured = Pick<AbortsResult, 'kustomizations' | 'times'>

const onCluster = (of: Case, bounds: Bounds): Promise<Measured> =>
  onFreshCluster(
    {
      choice: chooseClusterWithNodes(),
      open: (connect) => new ClusterWithNodes(connect),
      concurrent: of.concurrent,
    },
    async (cluster, flux, folder) => {
      await cluster.nodes({ zones: 3, perZone: 2 })
      return withOthers({ of, cluster, flux, folder, bounds })
    },
  )

interface PlaceProps {
  readonly of: Case
  readonly cluster: ClusterWithNodes
  readonly flux: Flux
  readonly folder: string
  readonly bounds: Bounds
}

async function withOthers(props: PlaceProps): Promise<Measured> {
  const { of, cluster, flux, folder, bounds } = props
  const watched = await WatchedSync.start(cluster, flux.namespace)
  await using release = await ClusterRelease.begin({
    ...{ cluster, flux, folder },
    app: TIMED_APP,
    patienceSeconds: PATIENCE_SECONDS,
  })
  const namespaces = Math.floor((of.kustomizations - OF_THE_RELEASE.length) / 2)
  const others = await addOtherApps({ cluster, flux, folder, namespaces, source: of.others })
  const all = [...OF_THE_RELEASE, ...others.kustomizations]
  const woken = of.others === 'same' ? all : OF_THE_RELEASE
  const untilIdle = async (...except: readonly string[]): Promise<void> => {
    const names = woken.filter((name) => !except.includes(name))
    await watched.whenIdle((await flux.tip()) ?? '', names)
  }
  try {
    await watched.whenIdle(others.commit, others.kustomizations)
    const timed = new TimedRounds({ release, cluster, flux, untilIdle })
    return { kustomizations: all.length, times: await timeAll(timed, bounds) }
  } finally {
    await others.stop()
  }
}

async function timeAll(timed: TimedRounds, bounds: Bounds): Promise<AbortsResult['times']> {
  const advances: number[] = []
  const times: TimedKind[] = []
  for (const abort of ABORTS) {
    const rounds = await timeKind(timed, abort, bounds)
    advances.push(...rounds.map(({ advanceMs }) => advanceMs))
    times.push({
      kind: abort,
      rounds: rounds.length,
      wholeMs: spread(rounds.map(({ backMs }) => backMs)),
      fromCommitMs: spread(rounds.map(({ backFromCommitMs }) => backFromCommitMs)),
    })
  }
  const advance = spread(advances)
  const count = advances.length
  return [{ kind: 'advance', rounds: count, wholeMs: advance, fromCommitMs: advance }, ...times]
}

async function timeKind(timed: TimedRounds, abort: Abort, { rounds, minutes }: Bounds) {
  const timedRounds: TimedRound[] = []
  const lastBegin = performance.now() + minutes * 60_000
  for (let round = 1; round <= rounds; round++) {
    if (timedRounds.length > 0 && performance.now() > lastBegin) break
    say(`  ${abort}: round ${round} of ${rounds}`)
    const timedRound = await timed.run(abort)
    // One that is interrupted has told what it has measured.
    say(`    ${inSeconds(timedRound.advanceMs)} to advance, ${inSeconds(timedRound.backMs)} back`)
    timedRounds.push(timedRound)
  }
  return timedRounds
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/** Of medians, where so few Kustomizations share a source that sync has time. */
export function abortBars({ kustomizations, others, times }: AbortsResult): readonly Bar[] {
  if (kustomizations > MOST_FOR_BARS && others === 'same') return []
  return times.flatMap(({ kind, wholeMs: { median } }) => {
    const seconds = BARS[kind]
    if (seconds === undefined) return []
    return [
      {
        promise: `${KINDS[kind]}: at most ${seconds} s, of ${kustomizations} Kustomizations`,
        measured: `${(median / 1000).toFixed(2)} s`,
        isMet: median <= seconds * 1000,
      },
    ]
  })
}
