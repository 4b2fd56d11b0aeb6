import { Duration } from 'cdk8s'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { successRate } from '../../../constructs/analysis.ts'
import { git } from '../../gitops/git.ts'
import { randomOf } from '../../leases/simulation/random.ts'
import { eventually } from '../eventually.ts'
import { HttpBackend } from '../gateway/http-backend.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { type Death, KillableServer } from './killable-server.ts'
import { releaseOfSuite } from './release-of-suite.ts'
import { WHOLE_RELEASE } from './whole-release.ts'

/** Whether it dies at every call that leads to each commit, which takes many minutes. */
const EVERY = process.env.LOCKSTEP_EVERY_DEATH === '1'
const SEED = Number(process.env.LOCKSTEP_SEED ?? Date.now() % 100_000)
/** Calls of the first look of a life, about. */
const MOST_CALLS = 16
const PATIENCE_SECONDS = 300

/**
 * When the next life ends: at one of its calls, or as soon as the branch has its commit.
 *
 * @param hasCommitted whether there has been a commit since the last life began
 */
type Deaths = (hasCommitted: boolean) => Death | 'committed'

/** Before and after each call that leads to a commit, and the same of the next commit. */
function everyDeath(): Deaths {
  let moments = 0
  return (hasCommitted) => {
    moments = hasCommitted ? 1 : moments + 1
    return { side: moments % 2 === 1 ? 'before' : 'after', call: Math.ceil(moments / 2) }
  }
}

/** At one call on the way to each commit. */
function someDeaths(seed: number): Deaths {
  const random = randomOf(seed)
  return (hasCommitted) => {
    if (!hasCommitted) return 'committed'
    const side = random() < 0.5 ? 'before' : 'after'
    return { side, call: 1 + Math.floor(random() * MOST_CALLS) }
  }
}

describeWithFluxAndNodes('A server of rollouts that is killed', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, {
    steps: [
      { weight: 40, hold: Duration.seconds(1) },
      { weight: 80, hold: Duration.seconds(1) },
    ],
    analysis: [
      successRate({ atLeast: 90, interval: Duration.seconds(1), compareWithStable: false }),
    ],
  })
  let server: KillableServer
  beforeEach(async () => {
    server = await KillableServer.of({ cluster, flux: flux.flux, release: suite.release })
  })
  afterEach(() => server[Symbol.asyncDispose]())

  const tip = () => git(flux.flux.repository, 'rev-parse', 'deploy')
  const isAtRest = async () => {
    const { rollout, queued } = await suite.release.record()
    return rollout === undefined && queued === undefined
  }
  const untilRest = () => eventually('nothing is in flight', isAtRest, Boolean, PATIENCE_SECONDS)

  /** One life, to its end or until there is nothing to do. Gives how it ended. */
  async function live(death: Death | 'committed'): Promise<string> {
    const before = tip()
    const life = await server.start(death === 'committed' ? undefined : death)
    let isDead = false
    const ended = life.ended.then(() => {
      isDead = true
    })
    const isOver = async () =>
      isDead || (death === 'committed' && tip() !== before) || (await isAtRest())
    await eventually('it dies, or has nothing to do', isOver, Boolean, PATIENCE_SECONDS)
    const how = isDead && death !== 'committed' ? `${death.side} ${server.calls.at(-1)}` : 'outside'
    await life.kill()
    await ended
    return how
  }

  const which = EVERY ? 'every call' : `some calls (LOCKSTEP_SEED=${SEED})`
  it(`at ${which} does each step once, and no request fails`, { timeout: 3_600_000 }, async () => {
    const { release } = suite
    const before = release.history().length
    await release.publish('1.4.3')
    const next = EVERY ? everyDeath() : someDeaths(SEED)
    const ends: string[] = []
    let hasCommitted = true
    while (!(await isAtRest())) {
      const known = tip()
      ends.push(await live(next(hasCommitted)))
      hasCommitted = tip() !== known
    }
    console.log(`Lives of the server: ${ends.length}. They ended\n${counted(ends)}`)

    expect(release.history().slice(before)).toEqual(['queue', ...WHOLE_RELEASE])
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.3')))
    await release.untilWithoutCanary('1.4.3')
    expect(release.failures()).toEqual([])
  })

  // Argo Rollouts raises the weight first, and aborts afterwards (K58).
  it('in mid-canary, which turns bad, first of all aborts', { timeout: 1_200_000 }, async () => {
    const { release } = suite
    const { proxy } = release.gateway
    await release.publish('1.4.4')
    const first = await server.start()
    await eventually(
      'the first step has its requests',
      () => release.weight(),
      (weight) => weight === 40,
      PATIENCE_SECONDS,
    )
    await first.kill()
    const before = release.history().length
    await using failing = await HttpBackend.start('canary', 2)
    proxy.backends.set('checkout-canary', failing.port)
    const failures = async () =>
      proxy.answers.filter(({ service, status }) => service === 'checkout-canary' && status === 500)
    // Far beyond the hold of the step, and nobody looks.
    await eventually('it fails requests', failures, ({ length }) => length > 50, PATIENCE_SECONDS)
    const second = await server.start()
    await untilRest()
    await second.kill()

    expect(release.history().slice(before)).toEqual(['abort', 'abort-finish'])
    expect((await release.record()).heldBack[0]?.reason).toMatch(/^success rate /)
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.3')))
    await release.untilWithoutCanary('1.4.3')
  })
})

/** How often each, the most frequent first. */
function counted(names: readonly string[]): string {
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, all]) => [all.length, name])
  return counts
    .sort(([a], [b]) => Number(b) - Number(a))
    .map(([count, name]) => `  ${count} × ${name}`)
    .join('\n')
}
