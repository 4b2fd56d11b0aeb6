import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { chooseCluster } from '../control-plane/cluster-choice.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { eventually } from '../control-plane/eventually.ts'
import { ContendedResource } from './contention/contended-resource.ts'
import { Crowd } from './contention/crowd.ts'
import { monotonicUs } from './contention/monotonic.ts'
import { RestartedApiServer } from './contention/restarted-api-server.ts'
import { RunningContender } from './contention/running-contender.ts'

const LONG_MS = 240_000
const TTL_SECONDS = 3
const TERMS = 4
const WAITERS = 100
const NEXT_WAITER_MS = 50
const LABEL_EVERY_MS = 100
const choice = chooseCluster({ ...process.env, LOCKSTEP_TEST_KUBECONFIG: undefined })

/** A process that has the lock, and keeps it until it is killed. */
async function holderOn({ connection }: RestartedApiServer): Promise<RunningContender> {
  const resource = await ContendedResource.start('ledger')
  const holder = new RunningContender(
    {
      name: 'holder',
      namespace: 'default',
      lock: 'ledger',
      store: { kind: 'kubernetes', connection },
      ttlSeconds: TTL_SECONDS,
      longestHoldMs: Number.MAX_SAFE_INTEGER,
      longestRestMs: 0,
      resource: resource.url,
    },
    {},
  )
  onTestFinished(async () => {
    await holder.kill()
    await resource.close()
  })
  const holds = async () => holder.holds
  await eventually('somebody holds the lock', holds, (count) => count === 1)
  return holder
}

/** Somebody labels the Lease all the time, until that is over. */
async function label(server: RestartedApiServer, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await server.label('default', 'ledger')
    await sleep(LABEL_EVERY_MS)
  }
}

async function crowdOf(clients: number, { connection }: RestartedApiServer): Promise<Crowd> {
  const crowd = new Crowd({ connection, lock: 'ledger', ttlSeconds: TTL_SECONDS, clients })
  onTestFinished(() => crowd.leave())
  for (let waiter = 0; waiter < WAITERS; waiter++) {
    crowd.come()
    await sleep(NEXT_WAITER_MS)
  }
  crowd.comeWithoutPause()
  return crowd
}

describeWithCluster(
  'A hundred who wait, others who come without pause, and one who labels,',
  () => {
    it.skipIf(choice.kind !== 'binaries').each([
      ['all in one process', 1],
      ['each with a client of its own', WAITERS],
    ])(
      '%s, neither lose a hold nor keep a dead one, and are served in turn',
      async (_, clients) => {
        if (choice.kind !== 'binaries') return
        await using server = await RestartedApiServer.start(choice.binaries)
        await server.declare('default', ['ledger', 'ledger.queue', 'ledger.runs'])
        const holder = await holderOn(server)
        const over = new AbortController()
        const labelling = label(server, over.signal)
        const crowd = await crowdOf(clients, server)
        crowd.requests.takeRates()

        await sleep(TERMS * TTL_SECONDS * 1000)
        console.log('Requests a second while they wait:', crowd.requests.takeRates())
        const line = (await crowd.line()).slice(0, WAITERS)
        expect(crowd.served).toEqual([])
        const diedUs = monotonicUs()
        await holder.kill()
        const [term, ...others] = holder.terms()
        expect(others).toEqual([])
        expect(term?.untilUs, holder.errors).toBeGreaterThan(diedUs)

        const count = async () => crowd.served.length
        await eventually('all have had it', count, (served) => served === WAITERS, 120)
        over.abort()
        await labelling
        const secondsTo = ({ atUs }: { readonly atUs: number }) =>
          ((atUs - diedUs) / 1e6).toFixed(2)
        console.log(
          `Taken over ${secondsTo(crowd.served[0]!)} s after the death; the last was served after ${secondsTo(crowd.served.at(-1)!)} s.`,
          'Requests a second:',
          crowd.requests.takeRates(),
        )
        expect(crowd.served.map(({ id }) => id)).toEqual(line)
        const [held] = holder.operations()
        const tokens = [held?.token ?? 0, ...crowd.served.map(({ token }) => token)]
        expect(tokens).toEqual(tokens.toSorted((a, b) => a - b))
        expect(new Set(tokens).size).toBe(WAITERS + 1)
        await crowd.leave()
      },
      LONG_MS,
    )
  },
)
