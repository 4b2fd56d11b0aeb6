import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SqliteLeaseStore } from '../leases/sqlite-lease-store.ts'
import { BenchedCluster } from './locks/benched-cluster.ts'
import { EtcdLock } from './locks/etcd-lock.ts'
import { handOffsPerSecond, ourContender } from './locks/hand-off.ts'
import { type HeldLocks, holdMany } from './locks/held-locks.ts'
import { type BenchedStore, lockCalls } from './locks/lock-calls.ts'
import { type TimedCall, timeCalls } from './locks/timed-calls.ts'
import type { Bar } from './report.ts'
import { OUTPUT, say } from './rivals.ts'

export interface BenchLocksProps {
  /** How many locks one process holds at once. */
  readonly sizes: readonly number[]
  /** Of each call. */
  readonly rounds: number
}

export interface LocksResult {
  readonly calls: readonly { readonly store: string; readonly calls: readonly TimedCall[] }[]
  readonly handOffs: readonly { readonly who: string; readonly perSecond: number }[]
  readonly held: readonly HeldLocks[]
}

const CONTENDERS = Array.from({ length: 8 }, (_, index) => `contender-${index}`)
const HAND_OFF_SECONDS = 10
const HELD_SECONDS = 30

/** Times what is done with locks beside raw calls of the same store. */
export async function benchLocks({ sizes, rounds }: BenchLocksProps): Promise<LocksResult> {
  await using cluster = await BenchedCluster.start()
  say('Calls of a file')
  const sqlite = { store: 'SQLite', calls: await timed(await benchedFile(), rounds) }
  say('Calls of an API server')
  const kubernetes = { store: 'Kubernetes', calls: await timed(await cluster.benched(), rounds) }
  say('Hand-offs')
  const handOffs = await handOffsOn(cluster)
  const held: HeldLocks[] = []
  for (const size of sizes) {
    say(`${size} locks held at once`)
    const names = Array.from({ length: size }, (_, index) => `held-${size}-${index}`)
    await cluster.declare(...names)
    held.push(await holdMany(cluster.store(), names, HELD_SECONDS))
  }
  return { calls: [sqlite, kubernetes], handOffs, held }
}

const timed = async (benched: BenchedStore, rounds: number) =>
  timeCalls(await lockCalls(benched), rounds)

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

/** For the API server, where calls cost what they cost; a file is read in less than is measured. */
export const lockBars = ({ calls }: LocksResult): readonly Bar[] =>
  calls
    .filter(({ store }) => store === 'Kubernetes')
    .flatMap(({ calls }) =>
      calls.flatMap((call): readonly Bar[] => {
        const raw = calls.find(({ name }) => name === call.reference)
        if (raw === undefined || call.bar === undefined) return []
        const times = call.p99Ms / raw.p99Ms
        return [
          {
            promise: `${call.name}: at most ${call.bar} times a raw ${raw.name}, of the slowest in a hundred`,
            measured: `${times.toFixed(2)} times`,
            isMet: times <= call.bar,
          },
        ]
      }),
    )
