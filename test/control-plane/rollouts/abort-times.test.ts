import { setTimeout as sleep } from 'node:timers/promises'
import { Duration } from 'cdk8s'
import { expect, it } from 'vitest'
import { successRate } from '../../../constructs/analysis.ts'
import { eventually } from '../eventually.ts'
import { HttpBackend } from '../gateway/http-backend.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import type { ClusterRelease } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'

/** How often each is done. Figures for people need more than a test that it works. */
const ROUNDS = Number(process.env.LOCKSTEP_ABORT_ROUNDS ?? 2)

/** As often as a loop looks that is asked to by `interval`. */
const LOOK_EVERY_MS = 1000

const CANARY = 'checkout-canary'

/**
 * Prints how long it takes from a person's word, or from the first bad answer, until no request reaches
 * the canary any more: through Git, the real kustomize-controller and the route. Left out is what a
 * cluster has besides: source-controller's fetch (its stand-in notices a push at once) and the interval
 * of a scrape.
 */
describeWithFluxAndNodes('How long an abort takes', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, {
    steps: [{ weight: 40, hold: Duration.minutes(2) }],
    analysis: [
      successRate({ atLeast: 99, interval: Duration.seconds(1), compareWithStable: false }),
    ],
  })
  let versions = 0

  /** A candidate in its first step, with requests. */
  async function inFirstStep(release: ClusterRelease): Promise<void> {
    versions += 1
    await release.publish(`1.6.${versions}`)
    await release.until('the first step is live', ({ rollout }) => {
      const stage = rollout?.stage
      return stage?.phase === 'progressing' && stage.part === 'live'
    })
    const before = answersOf(release, CANARY).length
    await eventually(
      'the canary answers',
      async () => answersOf(release, CANARY).length,
      (answers) => answers > before + 20,
    )
  }

  /** When the last request reached the canary, once it was told that it gets none. */
  async function lastCanaryAnswer(release: ClusterRelease): Promise<number> {
    await eventually(
      'the live route gives the canary nothing',
      () => release.weight(),
      (weight) => weight === 0,
    )
    const isQuiet = () => Date.now() - (answersOf(release, CANARY).at(-1)?.atMs ?? 0) > 1000
    await eventually('no request reaches it', async () => isQuiet(), Boolean)
    return answersOf(release, CANARY).at(-1)?.atMs ?? Number.NaN
  }

  it('by a person', async () => {
    const { release } = suite
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await inFirstStep(release)
      const askedAtMs = Date.now()
      await release.act({ action: 'abort', reason: 'a person' })
      times.push((await lastCanaryAnswer(release)) - askedAtMs)
      await release.untilRest()
    }
    print('a person’s word to traffic on stable', times)
    expect(times).toHaveLength(ROUNDS)
  })

  it('by a metric', async () => {
    const { release } = suite
    await using failing = await HttpBackend.start('canary', 2)
    const { backends } = release.gateway.proxy
    const healthy = backends.get(CANARY) ?? 0
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await inFirstStep(release)
      const turnedAtMs = Date.now()
      backends.set(CANARY, failing.port)
      while (!release.actions.includes('abort')) {
        await release.tick()
        await sleep(LOOK_EVERY_MS)
      }
      times.push((await lastCanaryAnswer(release)) - turnedAtMs)
      backends.set(CANARY, healthy)
      await release.untilRest()
      release.actions.length = 0
    }
    print('a metric that turns bad to traffic on stable', times)
    expect(times).toHaveLength(ROUNDS)
  })
})

const answersOf = ({ gateway }: ClusterRelease, service: string) =>
  gateway.proxy.answers.filter((answer) => answer.service === service)

function print(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]
  const seconds = (ms: number | undefined) => ((ms ?? Number.NaN) / 1000).toFixed(2)
  console.log(
    `${what}: median ${seconds(median)} s of ${sorted.length} (${seconds(sorted[0])} to ${seconds(sorted.at(-1))})`,
  )
}
