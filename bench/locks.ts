import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SqliteLeaseStore } from '../leases/sqlite-lease-store.ts'
import { BenchedCluster } from './locks/benched-cluster.ts'
import { type ColdStarts, timeLockStarts } from './locks/cold-start.ts'
import { EtcdLock } from './locks/etcd-lock.ts'
import { handOffsPerSecond, ourContender } from './locks/hand-off.ts'
import { type HeldLocks, holdMany } from './locks/held-locks.ts'
import { type BenchedStore, lockCalls, RAW_WRITE } from './locks/lock-calls.ts'
import { timePeers } from './locks/peers.ts'
import { HTTP_HOP, HTTP_RENEW, ServedLocks } from './locks/served-locks.ts'
import { type TimedCall, timeCalls } from './locks/timed-calls.ts'
import type { Bar } from './report.ts'
import { OUTPUT, say } from './rivals.ts'
import type { Spread } from './statistics.ts'

export interface BenchLocksProps {
  /** How many locks one process holds at once. */
  readonly sizes: readonly number[]
  /** Of each call. */
  readonly rounds: number
}

export interface LocksResult {
  readonly calls: readonly { readonly store: string; readonly calls: readonly TimedCall[] }[]
  /** Acquire and release, of Lockstep and of packages of npm. */
  readonly peers: readonly TimedCall[]
  readonly coldStarts: ColdStarts
  readonly handOffs: readonly { readonly who: string; readonly perSecond: number }[]
  readonly held: readonly HeldLocks[]
}

const CONTENDERS = Array.from({ length: 8 }, (_, index) => `contender-${index}`)
const COLD_STARTS = 15
const HAND_OFF_SECONDS = 10
const HELD_SECONDS = 30

/** Times what is done with locks beside raw calls of the same store. */
export async function benchLocks({ sizes, rounds }: BenchLocksProps): Promise<LocksResult> {
  await using cluster = await BenchedCluster.start()
  say('Calls of a file')
  const sqlite = { store: 'SQLite', calls: await timed(await benchedFile(), rounds) }
  say('Locks of npm')
  const peers = await timePeers(OUTPUT, rounds)
  say('Calls of an API server, and of the function')
  const kubernetes = { store: 'Kubernetes', calls: await callsOfCluster(cluster, rounds) }
  say('Cold starts of the function')
  const coldStarts = await timeLockStarts(cluster, join(OUTPUT, 'cold'), COLD_STARTS)
  say('Hand-offs')
  const handOffs = await handOffsOn(cluster)
  const held: HeldLocks[] = []
  for (const size of sizes) {
    say(`${size} locks held at once`)
    const names = Array.from({ length: size }, (_, index) => `held-${size}-${index}`)
    await cluster.declare(...names)
    held.push(await holdMany(cluster.store(), names, HELD_SECONDS))
  }
  return { calls: [sqlite, kubernetes], peers, coldStarts, handOffs, held }
}

const timed = async (benched: BenchedStore, rounds: number) =>
  timeCalls(await lockCalls(benched), rounds)

async function callsOfCluster(cluster: BenchedCluster, rounds: number) {
  const calls = await lockCalls(await cluster.benched())
  await using served = await ServedLocks.start(cluster, join(OUTPUT, 'served'))
  return await timeCalls([...calls, ...(await served.calls(RAW_WRITE))], rounds)
}

async function benchedFile(): Promise<BenchedStore> {
  mkdirSync(OUTPUT, { recursive: true })
  const store = await SqliteLeaseStore.open({ file: join(OUTPUT, 'locks.db') })
  const leases = ['renewed', 'acquired', 'refused', 'raw'].map((name) => ({
    namespace: 'default',
    name,
  }))
  const raw = { namespace: 'default', name: 'raw' }
  let seen = (await store.read(raw)).lease
  return {
    store,
    leases,
    rawRead: () => store.read(raw),
    rawWrite: async () => {
      const { leaseTransitions } = seen.record
      const next = { ...seen.record, leaseTransitions: leaseTransitions + 1 }
      seen = (await store.replace(seen, next)).lease
    },
  }
}

async function handOffsOn(cluster: BenchedCluster): Promise<LocksResult['handOffs']> {
  await cluster.declare('contended')
  const ours = CONTENDERS.map((name) => ourContender(cluster.store(), name, 'contended'))
  const etcd = new EtcdLock(join(cluster.folder, 'etcd.sock'))
  const theirs = await Promise.all(CONTENDERS.map(() => etcd.contender('contended')))
  try {
    return [
      { who: 'Lockstep', perSecond: await handOffsPerSecond(ours, HAND_OFF_SECONDS) },
      { who: "etcd's own lock", perSecond: await handOffsPerSecond(theirs, HAND_OFF_SECONDS) },
    ]
  } finally {
    etcd.close()
  }
}

/** Of the API server, where calls cost what they cost; a file is read in less than is measured. */
export function lockBars({ calls, coldStarts }: LocksResult): readonly Bar[] {
  const timed = calls.find(({ store }) => store === 'Kubernetes')?.calls ?? []
  const cold = [
    coldBar('serve', coldStarts.serve),
    coldBar('elect', coldStarts.elect),
    coldBar('the function of AWS Lambda', coldStarts.lambda),
  ]
  return [...timed.flatMap((call) => barOf(call, timed)), overheadBar(timed), ...cold]
}

function barOf(
  { name, bar, reference, p99Ms }: TimedCall,
  calls: readonly TimedCall[],
): readonly Bar[] {
  const raw = calls.find((call) => call.name === reference)
  if (raw === undefined || bar === undefined) return []
  const times = p99Ms / raw.p99Ms
  return [
    {
      promise: `${name}: at most ${bar} times a raw ${raw.name}, of the slowest in a hundred`,
      measured: `${times.toFixed(2)} times`,
      isMet: times <= bar,
    },
  ]
}

function overheadBar(calls: readonly TimedCall[]): Bar {
  const medianOf = (wanted: string) =>
    calls.find(({ name }) => name === wanted)?.medianMs ?? Number.NaN
  const overheadMs = medianOf(HTTP_RENEW) - medianOf(HTTP_HOP) - medianOf(RAW_WRITE)
  const overhead = overheadMs / medianOf(RAW_WRITE)
  return {
    promise: `${HTTP_RENEW}: at most half a raw ${RAW_WRITE} longer than one and ${HTTP_HOP}`,
    measured: `${overhead.toFixed(2)} of one`,
    isMet: overhead <= 0.5,
  }
}

const coldBar = (what: string, { median }: Spread): Bar => ({
  promise: `cold start of ${what}: at most 150 ms to its first answer`,
  measured: `${median.toFixed(0)} ms`,
  isMet: median <= 150,
})
