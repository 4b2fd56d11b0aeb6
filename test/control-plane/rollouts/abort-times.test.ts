import { beforeAll, expect, it } from 'vitest'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { releaseOfSuite } from './release-of-suite.ts'
import { TIMED_APP, TimedRounds } from './timed-rounds.ts'

/** How often each is done. Figures for people need more than a test that it works. */
const ROUNDS = Number(process.env.LOCKSTEP_ABORT_ROUNDS ?? 2)

/**
 * Prints how long it takes from a person's word, or from the first bad answer, until no request reaches
 * the canary any more. `npm run bench -- aborts` has the rest, and larger clusters.
 */
describeWithFluxAndNodes('How long an abort takes', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, TIMED_APP)
  let timed: TimedRounds

  beforeAll(() => {
    timed = new TimedRounds({ release: suite.release, cluster, flux: flux.flux })
  })

  it.each([
    ['a person’s word to traffic on stable', 'person'],
    ['a metric that turns bad to traffic on stable', 'metric'],
  ] as const)('%s', async (what, abort) => {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) times.push((await timed.run(abort)).backMs)
    print(what, times)
    expect(times.every((ms) => ms > 0)).toBe(true)
  })
})

function print(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]
  const seconds = (ms: number | undefined) => ((ms ?? Number.NaN) / 1000).toFixed(2)
  console.log(
    `${what}: median ${seconds(median)} s of ${sorted.length} (${seconds(sorted[0])} to ${seconds(sorted.at(-1))})`,
  )
}
