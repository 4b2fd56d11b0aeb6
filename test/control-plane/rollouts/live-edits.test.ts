import { Duration } from 'cdk8s'
import { expect, it } from 'vitest'
import { at, fields, items } from '../../../manifests/fields.ts'
import type { Stage } from '../../../rollouts/record.ts'
import { IMAGE } from '../../constructs/fixtures.ts'
import { eventually } from '../eventually.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'

const STABLE = 'checkout'
const CANARY = 'checkout-canary'
/** For what is waited for several times in a test. */
const TIMEOUT = { timeout: 600_000 }
/** Of a version that nobody has published. */
const OTHER_IMAGE = IMAGE.replace('1.4.2', '0.9.9')

// Flagger copies whatever runs, and Argo Rollouts counts its weights from there (K59, K61).
describeWithFluxAndNodes('What somebody edits in the cluster', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, {
    steps: [
      { weight: 40, hold: Duration.seconds(1) },
      { weight: 80, hold: Duration.seconds(1) },
    ],
  })
  let versions = 0

  /** As `kubectl edit`. */
  async function edit(name: string, spec: object): Promise<void> {
    const { status } = await cluster.send({
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/${suite.release.namespace}/deployments/${name}?fieldManager=kubectl-edit`,
      body: { spec },
      contentType: 'application/merge-patch+json',
    })
    if (status !== 200) throw new Error(`${name} was not edited (${status})`)
  }

  /** As `kubectl scale`. Until it has happened, all pods are still there and ready. */
  async function scaleToOne(name: string): Promise<void> {
    await edit(name, { replicas: 1 })
    await eventually(
      `${name} has one pod`,
      async () => at((await suite.release.live('Deployment', name))?.status, 'readyReplicas'),
      (ready) => ready === 1,
    )
  }

  async function setImage(name: string): Promise<void> {
    const live = await suite.release.live('Deployment', name)
    const containers = items(at(live, 'spec', 'template', 'spec', 'containers'))
    const edited = containers.map((container) => ({ ...fields(container), image: OTHER_IMAGE }))
    await edit(name, { template: { spec: { containers: edited } } })
  }

  /**
   * Comes to a stage that the cluster has been told of. The sync may apply that once more at any moment, and
   * would put back what is edited before anybody has looked; so it rests.
   */
  async function comesTo(stage: Stage): Promise<void> {
    const { release } = suite
    versions += 1
    await release.publish(`1.5.${versions}`)
    await release.until(`it is ${JSON.stringify(stage)}`, ({ rollout }) =>
      Object.entries(stage).every(([field, value]) => Object(rollout?.stage)[field] === value),
    )
    await flux.flux.untilApplied()
    await release.suspendSync()
    release.actions.length = 0
  }

  async function goesNoFurther(reason: RegExp): Promise<void> {
    const { release } = suite
    await release.until('it says what was edited', () =>
      release.reasons.some((each) => reason.test(each)),
    )
    for (let looks = 0; looks < 10; looks++) await release.tick()
    expect(release.actions).toEqual([])
  }

  /** The sync puts back what Git has, and it ends as if nothing had been. */
  async function endsWell(): Promise<void> {
    const { release } = suite
    await release.resumeSync()
    await release.untilRest()
    const version = `1.5.${versions}`
    expect(release.history().at(-1)).toBe('finish')
    expect(await release.files()).toEqual(textsOf(release.rendering(version)))
    await release.untilWithoutCanary(version)
    expect(at(await release.live('Deployment', 'checkout'), 'spec', 'replicas')).toBe(3)
  }

  const STAGES: readonly (readonly [name: string, stage: Stage, edited: string])[] = [
    ['while the canary grows', { phase: 'progressing', step: 2, part: 'scaling' }, CANARY],
    ['in a step', { phase: 'progressing', step: 1, part: 'live' }, CANARY],
    ['with all requests on the canary', { phase: 'progressing', step: 3, part: 'live' }, CANARY],
    ['while stable changes', { phase: 'promoting' }, STABLE],
    ['while requests go back to stable', { phase: 'shifting-back' }, STABLE],
  ]

  it.each(STAGES)(
    '%s: it is no progress, and Git has the last word',
    TIMEOUT,
    async (_, stage, name) => {
      await comesTo(stage)
      await scaleToOne(name)
      await goesNoFurther(new RegExp(`^Deployment .*/${name} has 1 of [23] pods ready$`))
      await setImage(name)
      await goesNoFurther(
        new RegExp(
          `^Deployment .*/${name} has .*image .*0\\.9\\.9.* instead of .*, which kubectl-edit`,
        ),
      )
      await endsWell()
    },
  )

  it('while an abort sends requests back: the canary keeps its pods', TIMEOUT, async () => {
    const { release } = suite
    await comesTo({ phase: 'progressing', step: 2, part: 'live' })
    await release.resumeSync()
    await release.act({ action: 'abort', reason: 'a test' })
    await flux.flux.untilApplied()
    await release.suspendSync()
    await release.editLiveWeights(80)
    await goesNoFurther(/^HTTPRoute .*weight 20 instead of 100/)
    expect(await release.live('Deployment', 'checkout-canary')).toBeDefined()
    await release.resumeSync()
    await release.untilRest()
    await eventually(
      'stable has all requests',
      () => release.weight(),
      (weight) => weight === 0,
    )
    expect(release.failures()).toEqual([])
  })
})
