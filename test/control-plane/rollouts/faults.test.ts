import { Duration } from 'cdk8s'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { successRate } from '../../../constructs/analysis.ts'
import { RemoteUnreachableError } from '../../../gitops/git-remote-errors.ts'
import { eventually } from '../eventually.ts'
import { HttpBackend } from '../gateway/http-backend.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'

describeWithFluxAndNodes('What goes wrong in mid-canary on a real cluster', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, {
    steps: [
      { weight: 40, hold: Duration.seconds(2) },
      { weight: 80, hold: Duration.seconds(2) },
    ],
    analysis: [
      successRate({ atLeast: 90, interval: Duration.seconds(1), compareWithStable: false }),
    ],
  })
  let versions = 0
  let version: string
  let failing: HttpBackend
  beforeAll(async () => {
    failing = await HttpBackend.start('canary', 2)
  })
  afterAll(() => failing[Symbol.asyncDispose]())

  /** Half of what the canary answers are failures, until the test is over. */
  const failRequests = (): void => {
    const { backends } = suite.release.gateway.proxy
    const healthy = backends.get('checkout-canary') ?? 0
    backends.set('checkout-canary', failing.port)
    onTestFinished(() => void backends.set('checkout-canary', healthy))
  }

  /** A candidate in its first step, with requests. */
  beforeEach(async () => {
    const { release } = suite
    versions += 1
    version = `1.5.${versions}`
    await release.publish(version)
    await release.until(
      'the first step is live',
      ({ rollout }) => rollout?.stage.phase === 'progressing' && rollout.stage.part === 'live',
    )
    await eventually(
      'it has its requests',
      () => release.weight(),
      (weight) => weight === 40,
    )
    release.actions.length = 0
  })

  afterEach(async () => {
    const { release } = suite
    const { rollout } = await release.record()
    if (rollout !== undefined) await release.act({ action: 'abort', reason: 'the test is over' })
    await release.untilRest()
  })

  const abortsToBase = async (reason: RegExp) => {
    const { release } = suite
    await release.untilRest()
    expect(release.actions[0]).toBe('abort')
    expect((await release.record()).heldBack[0]?.reason).toMatch(reason)
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.2')))
    await release.untilWithoutCanary('1.4.2')
  }

  // Flagger counts a store that is down as a failure, Argo Rollouts goes forward meanwhile (K57).
  it('without metrics it waits where it is, and goes on when they are back', async () => {
    const { release } = suite
    release.metrics.isDown = true
    await release.until('nothing but metrics is missing', () =>
      release.reasons.some((reason) => reason.includes('ECONNREFUSED')),
    )
    for (let looks = 0; looks < 20; looks++) await release.tick()
    expect(release.actions).toEqual([])
    release.metrics.isDown = false
    await release.until('it goes on', () => release.actions.length > 0)
    expect(release.actions[0]).not.toBe('abort')
  })

  it('a canary that fails requests is aborted by its metric', async () => {
    failRequests()
    await abortsToBase(/^success rate /)
  })

  // Argo Rollouts raises the weight first, and aborts afterwards (K58).
  it('whoever looks again after a while first of all aborts what has gone bad', async () => {
    const { release } = suite
    const { proxy } = release.gateway
    failRequests()
    const failures = () =>
      proxy.answers.filter(({ service, status }) => service === 'checkout-canary' && status === 500)
    const before = failures().length
    // Far beyond the hold of the step, and nobody looks.
    await eventually(
      'it has failed many requests',
      async () => failures().length - before,
      (count) => count > 50,
    )
    await abortsToBase(/^success rate /)
  })

  it('Git out of reach changes nothing, and it goes on when it is back', async () => {
    const { release } = suite
    await release.withoutGit(async () => {
      for (let looks = 0; looks < 5; looks++) {
        await expect(release.tick()).rejects.toThrow(RemoteUnreachableError)
      }
      expect(await release.weight()).toBe(40)
    })
    expect(release.actions).toEqual([])
    await release.until('it goes on', () => release.actions.length > 0)
    expect(release.actions[0]).not.toBe('abort')
  })

  // Flagger goes on to 100 % and then releases the old image once more (K60).
  it('the old image published again sends traffic back at once', async () => {
    await suite.release.publish('1.4.2')
    const { release } = suite
    await release.untilRest()
    expect(release.actions[0]).toBe('abort')
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.2')))
    await release.untilWithoutCanary('1.4.2')
  })

  // In Flagger the weights are the progress: steps are skipped, or it loops for ever (K59, K61).
  it('weights edited in the cluster are missed, and counted as nobody’s progress', async () => {
    const { release } = suite
    await release.editLiveWeights(100)
    await release.until('the edit is seen', () =>
      release.reasons.some((reason) => /HTTPRoute .*weight 0 instead of 60/.test(reason)),
    )
    for (let looks = 0; looks < 10; looks++) await release.tick()
    expect(release.actions).toEqual([])
    await release.reconcile()
    await release.until(
      'the next step',
      ({ rollout }) => rollout?.stage.phase === 'progressing' && rollout.stage.step === 2,
    )
  })

  it('weights edited in Git abort it', async () => {
    const { release } = suite
    await release.editBranch(/httproute/, (text) => text.replace('weight: 40', 'weight: 90'))
    await abortsToBase(/^Platform Team edited prod\/traffic\/.*httproute/)
  })

  it('the newest step reverted aborts it', async () => {
    const { release } = suite
    release.revert()
    await abortsToBase(/by hand/)
  })
})
