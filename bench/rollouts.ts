import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Bar } from './report.ts'
import { say } from './rivals.ts'
import { decisionsPerSecond } from './rollouts/reducer.ts'

export interface RolloutsResult {
  readonly decisionsPerSecond: number
  readonly ticks: readonly MeasuredTicks[]
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
const TICK = join(import.meta.dirname, 'rollouts', 'tick-main.ts')

/** Times what rollouts do, apart from what they wait for. */
export function benchRollouts(sizes: readonly number[]): RolloutsResult {
  say('Decisions')
  const perSecond = decisionsPerSecond(DECISIONS)
  const ticks = sizes.map((rollouts): MeasuredTicks => {
    say(`A tick over ${rollouts} rollouts`)
    const output = execFileSync(process.execPath, [TICK, String(rollouts)], { encoding: 'utf8' })
    return { rollouts, ...JSON.parse(output) }
  })
  return { decisionsPerSecond: perSecond, ticks }
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
]

export const renderRollouts = ({ ticks }: RolloutsResult): string =>
  [
    '| rollouts | a tick, s | moves in it | most memory, MiB |',
    '| --- | --- | --- | --- |',
    ...ticks.map(({ rollouts, ticks: measured, mebibytes }) => {
      const seconds = measured.map((one) => one.seconds.toFixed(2)).join(', ')
      const moves = measured.map((one) => one.moves).join(', ')
      return `| ${rollouts} | ${seconds} | ${moves} | ${mebibytes.toFixed(0)} |`
    }),
    '',
  ].join('\n')
