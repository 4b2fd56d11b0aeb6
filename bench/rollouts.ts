import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { TimedCall } from './locks/timed-calls.ts'
import type { Bar } from './report.ts'
import { say } from './rivals.ts'
import { type AtRest, measureAtRest } from './rollouts/at-rest.ts'
import { type RolloutColdStarts, timeRolloutStarts } from './rollouts/cold-starts.ts'
import { timeGates } from './rollouts/gate-checks.ts'
import { type StepCost, timeSteps } from './rollouts/one-step.ts'
import { decisionsPerSecond } from './rollouts/reducer.ts'

export interface BenchRolloutsProps {
  /** How many rollouts a tick looks at. */
  readonly sizes: readonly number[]
  /** How often each question is asked. */
  readonly rounds: number
  /** How long a server at rest is watched. */
  readonly minutes: number
}

export interface RolloutsResult {
  readonly decisionsPerSecond: number
  readonly ticks: readonly MeasuredTicks[]
  readonly steps: readonly StepCost[]
  readonly gates: readonly TimedCall[]
  readonly coldStarts: RolloutColdStarts
  readonly atRest: AtRest
}

/** Ticks over many rollouts in flight, each in a process of its own. */
export interface MeasuredTicks {
  readonly rollouts: number
  readonly ticks: readonly {
    readonly seconds: number
    readonly commits: number
    readonly moves: number
  }[]
  /** Most memory that the process had. */
  readonly mebibytes: number
}

const DECISIONS = 500_000
const RELEASES = 5
const COLD_STARTS = 15
const APPS_AT_REST = 500
const TICK = join(import.meta.dirname, 'rollouts', 'tick-main.ts')

/** Times what rollouts do, apart from what they wait for. */
export async function benchRollouts({
  sizes,
  rounds,
  minutes,
}: BenchRolloutsProps): Promise<RolloutsResult> {
  say('Decisions')
  const perSecond = decisionsPerSecond(DECISIONS)
  const ticks = sizes.map((rollouts): MeasuredTicks => {
    say(`A tick over ${rollouts} rollouts`)
    const output = execFileSync(process.execPath, [TICK, String(rollouts)], { encoding: 'utf8' })
    return { rollouts, ...JSON.parse(output) }
  })
  say('Steps')
  const steps = await timeSteps(RELEASES)
  say('Questions of other engines')
  const gates = await timeGates(rounds)
  say('Cold starts')
  const coldStarts = await timeRolloutStarts(COLD_STARTS)
  say(`${APPS_AT_REST} apps at rest`)
  const atRest = await measureAtRest({ apps: APPS_AT_REST, minutes })
  return { decisionsPerSecond: perSecond, ticks, steps, gates, coldStarts, atRest }
}

export const rolloutBars = (result: RolloutsResult): readonly Bar[] => [
  {
    promise: 'decisions about a rollout: at least 20,000 a second on one core',
    measured: Math.round(result.decisionsPerSecond).toLocaleString('en'),
    isMet: result.decisionsPerSecond >= 20_000,
  },
  ...result.ticks.map(({ rollouts, ticks }) => ({
    promise: `a tick over ${rollouts} rollouts: one commit`,
    measured: ticks.map(({ commits }) => commits).join(', '),
    isMet: ticks.every(({ commits }) => commits === 1),
  })),
  {
    promise: 'cold start of the server: at most 150 ms to its first answer',
    measured: `${result.coldStarts.server.median.toFixed(0)} ms`,
    isMet: result.coldStarts.server.median <= 150,
  },
  {
    promise: 'cold start of the function of AWS Lambda: at most 150 ms to its first answer',
    measured: `${result.coldStarts.lambda.median.toFixed(0)} ms`,
    isMet: result.coldStarts.lambda.median <= 150,
  },
  ...atRestBars(result.atRest),
]

const atRestBars = ({ apps, server, platform }: AtRest): readonly Bar[] => [
  {
    promise: `${apps} apps at rest: no requests to the cluster`,
    measured: `${server.clusterRequests} of the server, ${platform.clusterRequests} of the function`,
    isMet: server.clusterRequests + platform.clusterRequests === 0,
  },
  {
    promise: `${apps} apps at rest: the server reads one ref a minute`,
    measured: `${server.repositoryRequestsAMinute.toFixed(1)} requests a minute`,
    isMet: server.repositoryRequestsAMinute <= 1,
  },
]
