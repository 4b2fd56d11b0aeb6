import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { chooseCluster } from '../control-plane/cluster-choice.ts'
import { FaultProxy, type ProxyMode } from '../fault-proxy.ts'
import { describeWithProgram, describeWithSetClocks } from '../judges/describe-with-judge.ts'
import { judgeHistories } from '../judges/history-judge.ts'
import { HISTORY_JUDGE } from '../judges/programs.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import {
  Contention,
  type ContentionProps,
  type Fault,
  TTL_SECONDS,
} from './contention/contention.ts'
import { RestartedApiServer } from './contention/restarted-api-server.ts'
import { SetClock } from './contention/set-clock.ts'
import type { Operation } from './simulation/history.ts'
import { between, oneOf } from './simulation/random.ts'

const LONG_MS = 240_000
const CONTENDERS = 4

/** Contends until enough has happened, and has what happened judged. */
async function contend(props: Omit<ContentionProps, 'seed' | 'contenders'>): Promise<void> {
  const seed = randomInt(1, 2 ** 31)
  console.log(`Trouble from seed ${seed}`)
  const contention = await Contention.start({ ...props, seed, contenders: CONTENDERS })
  onTestFinished(() => contention.leave())
  await contention.trouble(3, 15)
  const history = await contention.end()
  const file = join(temporaryFolder(), 'history.jsonl')
  writeFileSync(file, `${JSON.stringify({ name: `seed ${seed}`, ...history })}\n`)
  const page = join(temporaryFolder(), 'history.html')
  const [verdict] = await judgeHistories(file, page)
  console.log(JSON.stringify({ ...contention.happened, ...counts(history.operations) }))
  expect(verdict).toMatchObject({ verdict: 'Ok' })
}

const counts = (operations: readonly Operation[]) => ({
  holds: operations.filter(({ kind }) => kind === 'acquire').length,
  written: operations.filter(({ accepted }) => accepted === true).length,
  refused: operations.filter(({ accepted }) => accepted === false).length,
})

describeWithProgram(HISTORY_JUDGE, () => {
  describe('Real processes that are stopped and killed', () => {
    it('hold a lock in a file one at a time', { timeout: LONG_MS }, async () => {
      const file = join(temporaryFolder(), 'locks.db')
      const storeOf = () => ({ kind: 'sqlite', file }) as const
      await contend({ namespace: 'shop', lock: 'ledger', storeOf })
    })

    describeWithSetClocks(() => {
      it(
        'hold it one at a time whatever their wall clocks are set to',
        async () => {
          const file = join(temporaryFolder(), 'locks.db')
          const clocks = Array.from({ length: CONTENDERS }, () => new SetClock(temporaryFolder()))
          await contend({
            namespace: 'shop',
            lock: 'ledger',
            storeOf: () => ({ kind: 'sqlite', file }),
            envOf: (contender) => clocks[contender]!.env,
            faults: {
              'a clock is set': async (random) =>
                oneOf(random, clocks as [SetClock]).set(between(random, -300, 300)),
            },
          })
        },
        LONG_MS,
      )
    })
  })
})

const choice = chooseCluster({ ...process.env, LOCKSTEP_TEST_KUBECONFIG: undefined })

describeWithProgram(HISTORY_JUDGE, () => {
  it.skipIf(choice.kind !== 'binaries')(
    'Real processes hold a Lease one at a time when the API server loses answers, hangs and restarts',
    { timeout: LONG_MS },
    async () => {
      if (choice.kind !== 'binaries') return
      await using server = await RestartedApiServer.start(choice.binaries)
      await server.declare('default', ['ledger', 'ledger.queue', 'ledger.runs'])
      const proxies = await Promise.all(
        Array.from({ length: CONTENDERS }, () => FaultProxy.start(server.connection.server)),
      )
      onTestFinished(() => void Promise.all(proxies.map((proxy) => proxy.close())))
      const through =
        (mode: ProxyMode): Fault =>
        async (random) => {
          const proxy = oneOf(random, proxies as [FaultProxy])
          proxy.set(mode)
          await sleep(between(random, 0.1, 1.5) * TTL_SECONDS * 1000)
          proxy.set('pass')
        }
      await contend({
        namespace: 'default',
        lock: 'ledger',
        storeOf: (contender) => ({
          kind: 'kubernetes',
          connection: { ...server.connection, server: proxies[contender]!.server },
        }),
        faults: {
          'answers are lost': through('loseAnswers'),
          'a process is cut off': through('cut'),
          'nothing gets through': through('hang'),
          'somebody labels the Lease': () => server.label('default', 'ledger'),
          'the API server is killed': () => server.restart(),
        },
      })
    },
  )
})
