import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { SuccessRateMetric } from '../../rollouts/analysis-metric.ts'
import { randomOf } from '../leases/simulation/random.ts'
import { firstFailure, SimulatedTrack } from './simulated-requests.ts'

/** As `successRate({ atLeast: 99.5 })` is written. */
const metric = {
  type: 'success-rate',
  name: 'success-rate',
  atLeastPercent: 99.5,
  fromStep: 1,
  windowSeconds: 300,
  intervalSeconds: 10,
  minimumSamples: 200,
  noData: 'hold',
  compareWithStable: true,
} as const satisfies SuccessRateMetric

/** Three steps and the last one, two metrics, as in docs/analysis.md. */
const spec = {
  steps: [10, 25, 50].map((weight) => ({ weight, holdSeconds: 600 })),
  analysis: [metric, { ...metric, name: 'latency-p99' }],
}

/** The canary's requests in a second, one tenth of all. */
const RATES = [1, 10, 100]
/** Shares of the canary's requests that fail. Of stable's it is one in a thousand. */
const SHARES = [0.01, 0.02, 0.05, 0.2, 1]
const STABLE_SHARE = 0.001
const SECONDS = 600
const RUNS = 200

function times(perSecond: number, share: number): readonly number[] {
  return Array.from({ length: RUNS }, (_, run) => {
    const random = randomOf(1_000 * perSecond + run)
    const failure = firstFailure({
      spec,
      canary: new SimulatedTrack(random, SECONDS, perSecond, share),
      stable: new SimulatedTrack(random, SECONDS, 9 * perSecond, STABLE_SHARE),
      seconds: SECONDS,
      allowed: 0.005,
      minimumSamples: metric.minimumSamples,
      windowSeconds: metric.windowSeconds,
    })
    return failure?.second ?? Number.POSITIVE_INFINITY
  }).sort((a, b) => a - b)
}

function cell(perSecond: number, share: number): string {
  const sorted = times(perSecond, share)
  const [median, most] = [0.5, 0.9].map((part) => sorted[Math.ceil(part * RUNS) - 1] as number)
  const text = (seconds: number | undefined) =>
    Number.isFinite(seconds) ? `${seconds} s` : 'not in 10 min'
  return median === most || !Number.isFinite(median)
    ? text(median)
    : `${text(median)} (${text(most)})`
}

function table(): string {
  const head = ['canary fails', ...RATES.map((rate) => `${rate} request${rate === 1 ? '' : 's'}/s`)]
  const rows = SHARES.map((share) => [
    `${100 * share} %`,
    ...RATES.map((rate) => cell(rate, share)),
  ])
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

it('docs/analysis.md shows how long a bad canary goes unseen', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/analysis.md'), 'utf8')
  const simulated = table()
  console.log(`A/B, ${RUNS} runs each:\n${simulated}`)
  expect(page).toContain(simulated)
})
