import { describe, expect, it } from 'vitest'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { readTrailers } from '../../gitops/read-trailers.ts'
import { blobId } from '../../manifests/blob-id.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import { recordFile, recordOf } from '../../rollouts/record-file.ts'
import { readRendition } from '../../rollouts/rendition-file.ts'
import { briefPlan } from '../reconciler/release-fixture.ts'
import { planWith, ratioSpec } from '../rollouts/plan-fixture.ts'
import { CanaryWorld, RECORD, textsOf, version, withSpec } from './canary-fixture.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { deployment } from './rendering-fixture.ts'

const APP = 'shop/checkout'
const INVENTORY = 'prod/inventory.yaml'
const one = version('1')
const two = version('2')
const three = version('3')

const revisionPath = (revision: string): string =>
  `prod/rollouts/shop/checkout/revisions/${revision}.yaml`

async function atRest(): Promise<CanaryWorld> {
  const world = new CanaryWorld(new MemoryGitRemote())
  await world.publish(one)
  return world
}

/** With version 2 on its way, as far as a number of looks has taken it. */
async function inFlight(looks: number): Promise<CanaryWorld> {
  const world = await atRest()
  await world.publish(two)
  await world.tick(looks)
  return world
}

/** Version 2 was aborted. */
async function aborted(): Promise<CanaryWorld> {
  const world = await inFlight(3)
  await world.ask({ action: 'abort', reason: 'too slow' })
  await world.untilRest()
  return world
}

const trailersOf = async (world: CanaryWorld) => readTrailers(await world.message()).apps[0]

describe('at rest', () => {
  it('a first release is stable at once, without a record', async () => {
    const world = await atRest()
    expect(await world.released()).toEqual(textsOf(one))
    expect(await world.files()).not.toHaveProperty([RECORD])
  })

  it('a new revision waits beside the record, and nothing that runs changes', async () => {
    const world = await atRest()
    const { outcome, plan } = await world.publish(two)
    expect(outcome).toBe('published')
    expect(await world.released()).toEqual(textsOf(one))
    expect(await world.record()).toEqual({
      count: 0,
      queued: { revision: two.revision },
      heldBack: [],
      former: [],
    })
    const path = revisionPath(two.revision)
    expect(readRendition((await world.files())[path] ?? '', path)).toEqual(two)
    expect(plan.rollouts).toMatchObject([
      {
        app: APP,
        message: `revision ${two.revision} is queued; its rollout starts with the next tick`,
      },
    ])
    expect(await trailersOf(world)).toEqual({
      app: APP,
      action: 'queue',
      stage: 'at-rest',
      revision: two.revision,
      queued: two.revision,
    })
  })

  it('shows what the revision that waits will change', async () => {
    const world = await atRest()
    const { plan } = await world.publish(two)
    expect(plan.transitions.map(({ object }) => object)).toEqual(['Deployment.apps shop/checkout'])
    expect(plan.canaries).toEqual([APP])
  })

  it('shows that alone, and not the record and revisions that are written over', async () => {
    const world = await atRest()
    await world.publish(two)
    await world.untilRest()
    const { plan } = await world.publish(three)
    expect(plan.transitions.map(({ object }) => object)).toEqual(['Deployment.apps shop/checkout'])
  })

  it('the same twice writes nothing', async () => {
    const world = await atRest()
    await world.publish(two)
    const { outcome, plan } = await world.publish(two)
    expect(outcome).toBe('unchanged')
    expect(plan).toMatchObject({ drift: [], heldBack: [], transitions: [] })
    expect(plan.rollouts).toHaveLength(1)
  })

  it('what makes no new pods is published at once', async () => {
    const world = await atRest()
    const rest = version('1', withSpec('HorizontalPodAutoscaler', { maxReplicas: 12 }))
    expect(rest.revision).toBe(one.revision)
    await world.publish(rest)
    expect(await world.released()).toEqual(textsOf(rest))
    expect(await world.files()).not.toHaveProperty([RECORD])
  })

  it('the newest revision takes the place of the one that waits', async () => {
    const world = await atRest()
    await world.publish(two)
    await world.publish(three)
    expect((await world.record()).queued).toEqual({ revision: three.revision })
    const files = await world.files()
    expect(files).toHaveProperty([revisionPath(three.revision)])
    expect(files).not.toHaveProperty([revisionPath(two.revision)])
  })

  it('the stable revision published again lets nothing wait any more', async () => {
    const world = await atRest()
    await world.publish(two)
    const { plan } = await world.publish(one)
    expect((await world.record()).queued).toBeUndefined()
    expect(plan.rollouts).toMatchObject([{ trailers: { action: 'drop' } }])
    expect((await world.publish(one)).outcome).toBe('unchanged')
  })

  it('the stable revision published again leaves what a person has asked for', async () => {
    const world = await aborted()
    await world.ask({ action: 'retry', revision: two.revision })
    await world.publish(one)
    expect((await world.record()).queued).toEqual({
      revision: two.revision,
      request: { kind: 'retry', by: 'alice' },
    })
  })

  it('an app that goes goes as a whole, with its record', async () => {
    const world = await aborted()
    await world.publish({ ...one, files: [] })
    expect(Object.keys(await world.files()).filter((path) => path.includes('/checkout/'))).toEqual([
      'prod/traffic/shop/checkout/.gitkeep',
      'prod/workloads/shop/checkout/.gitkeep',
    ])
  })

  it('the first plan of an app comes with a release without a canary, and says so', async () => {
    const world = new CanaryWorld(new MemoryGitRemote())
    const planless = one.files.filter(({ object }) => object !== undefined)
    await world.publish({ ...one, files: planless })
    const { plan } = await world.publish(two)
    expect(await world.released()).toEqual(textsOf(two))
    expect(plan.warnings).toEqual([
      `${APP} gets its rollout plan with this publish, which releases it at once: the next release is the first with a canary`,
    ])
  })

  it('an app without its plan is released as any other', async () => {
    const world = await atRest()
    const planless = two.files.filter(({ object }) => object !== undefined)
    await world.publish({ ...two, files: planless })
    expect(await world.released()).toEqual(textsOf({ ...two, files: planless }))
  })
})

describe('through a whole rollout', () => {
  it('the end is what was published, byte for byte', async () => {
    const world = await atRest()
    await world.publish(two)
    expect(await world.untilRest()).toContain('finish')
    expect(await world.released()).toEqual(textsOf(two))
    expect(await world.record()).toMatchObject({ count: 1, former: [one.revision] })
    expect((await world.publish(two)).outcome).toBe('unchanged')
  })

  it('publishing the candidate again at any moment changes nothing', async () => {
    const world = await atRest()
    await world.publish(two)
    for (let looks = 0; looks < 30; looks++) {
      const { outcome, plan } = await world.publish(two)
      expect(outcome).toBe('unchanged')
      expect(plan).toMatchObject({ drift: [], heldBack: [], stops: [], transitions: [] })
      await world.tick()
    }
    expect(await world.released()).toEqual(textsOf(two))
  })
})

describe('in flight', () => {
  const maxReplicas = (tag: string, most: number) =>
    version(tag, withSpec('HorizontalPodAutoscaler', { maxReplicas: most }))

  const HPA = 'workloads/shop/checkout/horizontalpodautoscaler.autoscaling-checkout.yaml'

  it.each([2, 4, 8])(
    'after %i looks the rest of the candidate follows in both tracks',
    async (looks) => {
      const world = await inFlight(looks)
      const before = await world.record()
      const rest = maxReplicas('2', 12)
      expect((await world.publish(rest)).outcome).toBe('published')
      expect(await world.record()).toEqual(before)
      expect((await world.released())[HPA]).toContain('maxReplicas: 12')
      expect(await trailersOf(world)).toMatchObject({
        rollout: before.rollout?.id,
        commit: before.rollout?.commits,
      })
      await world.ask({ action: 'abort', reason: 'enough' })
      await world.untilRest()
      expect(await world.released()).toEqual(textsOf(maxReplicas('1', 12)))
    },
  )

  it('the rest of the candidate is there in the end', async () => {
    const world = await inFlight(4)
    const rest = maxReplicas('2', 12)
    await world.publish(rest)
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(rest))
  })

  it('what differs between base and candidate stays so, whatever follows', async () => {
    const world = new CanaryWorld(new MemoryGitRemote())
    await world.publish(one)
    await world.publish(maxReplicas('2', 20))
    await world.tick(4)
    await world.publish(maxReplicas('2', 25))
    await world.ask({ action: 'abort', reason: 'enough' })
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(one))
  })

  it('a changed plan counts from the next rollout on', async () => {
    const world = await inFlight(4)
    const plan = planWith({ ...briefPlan.spec, steps: [{ weight: 90, holdSeconds: 10 }] })
    const again = version('2', undefined, plan)
    await world.publish(again)
    expect((await world.publish(again)).outcome).toBe('unchanged')
    const actions = await world.untilRest()
    expect(actions.filter((action) => action === 'shift').length).toBeGreaterThan(1)
    await world.publish(again)
    expect(await world.released()).toEqual(textsOf(again))
  })

  it('base published again ends it, in the tree of base as it is now', async () => {
    const world = await inFlight(4)
    const again = maxReplicas('1', 12)
    await world.publish(again)
    expect((await world.record()).queued).toEqual({ revision: one.revision })
    expect((await world.publish(again)).outcome).toBe('unchanged')
    expect(await world.untilRest()).toContain('abort')
    expect(await world.released()).toEqual(textsOf(again))
    expect(await world.record()).toMatchObject({ heldBack: [] })
  })

  it('another revision waits, and is stable in the end', async () => {
    const world = await inFlight(4)
    const before = await world.released()
    const { plan } = await world.publish(three)
    expect(await world.released()).toEqual(before)
    expect((await world.record()).queued).toEqual({ revision: three.revision })
    expect(plan.rollouts[0]?.message).toMatch(/ is in flight \(live\); revision \w+ is next$/)
    expect((await world.publish(three)).outcome).toBe('unchanged')
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(three))
  })

  it('the candidate published again takes back what was to come next', async () => {
    const world = await inFlight(4)
    await world.publish(three)
    await world.publish(two)
    expect((await world.record()).queued).toBeUndefined()
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(two))
  })

  it('a candidate that is being aborted is held back', async () => {
    const world = await inFlight(4)
    await world.ask({ action: 'abort', reason: 'enough' })
    const { outcome, plan } = await world.publish(two)
    expect(outcome).toBe('unchanged')
    expect(plan.heldBack).toMatchObject([{ app: APP }])
  })

  it.each([
    ['goes', [], 'it is no longer in the app definitions'],
    [
      'loses its plan',
      two.files.filter(({ object }) => object !== undefined),
      'it has no rollout plan any more in the app definitions',
    ],
  ])(
    'an app that %s keeps its traffic where it is, and a person sees why',
    async (_, files, why) => {
      const world = await inFlight(4)
      const before = await world.files()
      const { outcome, plan } = await world.publish({ ...two, files })
      expect(outcome).toBe('unchanged')
      expect(await world.files()).toEqual(before)
      expect(plan.heldBack).toMatchObject([{ app: APP }])
      expect(plan.heldBack[0]?.reason).toContain(why)
      await world.untilRest()
      await world.publish({ ...two, files })
      expect(await world.released()).toEqual(textsOf({ ...two, files }))
    },
  )

  it('an edit by hand holds the app back, and is never written over unasked', async () => {
    const world = await inFlight(4)
    const path = 'prod/traffic/shop/checkout/httproute.gateway.networking.k8s.io-checkout.yaml'
    const before = await world.files()
    const edited = `${before[path]}# by hand\n`
    await world.edit({ [path]: edited })
    const held = await world.publish(three)
    expect(held.plan.heldBack).toMatchObject([{ app: APP }])
    expect(held.plan.drift).toMatchObject([{ path: path.slice(5), outcome: 'kept' }])
    expect((await world.files())[path]).toBe(edited)
    await world.publish(three, { overwriteDrift: true })
    expect((await world.files())[path]).toBe(before[path])
    expect((await world.record()).queued).toEqual({ revision: three.revision })
  })

  it.each([
    ['nonsense', (text: string) => text.replace('phase: progressing', 'phase: done')],
    ['another step', (text: string) => text.replace(/step: \d/, 'step: 3')],
    [
      'nothing in flight',
      () => recordFile(recordOf(APP, { count: 1, heldBack: [], former: [] })).text,
    ],
    ['no file at all', () => undefined],
  ])('a record edited by hand into %s moves nothing', async (_, edit) => {
    const world = await inFlight(4)
    await world.edit({ [RECORD]: edit((await world.files())[RECORD] ?? '') })
    const before = await world.files()
    for (const rendition of [one, two, three]) {
      const { outcome, plan } = await world.publish(rendition)
      expect(outcome).toBe('unchanged')
      expect(plan.heldBack).toMatchObject([{ app: APP }])
    }
    expect(await world.files()).toEqual(before)
    await world.publish(two, { overwriteDrift: true })
    expect((await world.record()).rollout?.candidate).toBe(two.revision)
  })
})

it('a record that a newer Lockstep has written moves nothing, and says so', async () => {
  const world = await inFlight(4)
  const { [RECORD]: record = '', [INVENTORY]: inventory = '' } = await world.files()
  const newer = record.replace('v1alpha1', 'v2')
  await world.edit({
    [RECORD]: newer,
    [INVENTORY]: inventory.replace(blobId(record, 'sha1'), blobId(newer, 'sha1')),
  })
  const { outcome, plan } = await world.publish(three)
  expect(outcome).toBe('unchanged')
  expect(plan.drift).toEqual([])
  expect(plan.heldBack).toEqual([
    {
      app: APP,
      reason: `${RECORD} is not what Lockstep has written: apiVersion is not lockstep.dev/v1alpha1, the only one that this Lockstep knows, got "lockstep.dev/v2"`,
      remedy: 'Update lockstep if a newer one has written the file',
    },
  ])
})

describe('while others write', () => {
  /** The same remote, where somebody else is faster every time that a publish is about to commit. */
  const outrun = (world: CanaryWorld, times: number, act: () => Promise<unknown>): GitRemote => {
    let left = times
    return new Proxy(world.remote, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          if (name === 'commit' && left-- > 0) await act()
          return value.apply(target, args)
        }
      },
    })
  }

  it('a rollout that goes on is not undone, nor what is published', async () => {
    for (const looks of [0, 2, 5, 9, 14]) {
      const world = await inFlight(looks)
      const rest = version('2', withSpec('HorizontalPodAutoscaler', { maxReplicas: 12 }))
      const remote = outrun(world, 3, () => world.tick(3))
      const { outcome } = await world.publish(rest, { remote, retry: { firstPauseMs: 1 } })
      expect(outcome).toBe('published')
      await world.untilRest()
      expect(await world.released()).toEqual(textsOf(rest))
    }
  })

  it('an abort that comes first wins, and the revision is held back', async () => {
    const world = await inFlight(4)
    const rest = version('2', withSpec('HorizontalPodAutoscaler', { maxReplicas: 12 }))
    const remote = outrun(world, 1, async () => {
      await world.ask({ action: 'abort', reason: 'too slow' })
      await world.untilRest()
    })
    const { outcome, plan } = await world.publish(rest, { remote, retry: { firstPauseMs: 1 } })
    expect(outcome).toBe('unchanged')
    expect(plan.heldBack).toMatchObject([{ app: APP }])
    expect(await world.released()).toEqual(textsOf(one))
  })
})

describe('a revision that was aborted', () => {
  it('is held back, with the reason and how to try again, while others are published', async () => {
    const world = await aborted()
    const before = await world.released()
    const other = deployment('other')
    const path = 'workloads/shop/other/deployment.apps-other.yaml'
    const file = { path, text: emitYaml(other), app: 'shop/other', object: other }
    const { outcome, plan } = await world.publish({ ...two, files: [...two.files, file] })
    expect(outcome).toBe('published')
    expect(plan).toMatchObject({ apps: ['shop/other'], stops: [] })
    expect(await world.released()).toEqual({ ...before, [path]: file.text })
    expect(plan.heldBack).toEqual([
      {
        app: APP,
        reason: `revision ${two.revision} was aborted in rollout ${two.revision}-1: too slow`,
        remedy: `Publish another revision, or try this one again: \`lockstep rollout retry ${APP} ${two.revision}\``,
      },
    ])
  })

  it('stops the publish if every app was asked for', async () => {
    const world = await aborted()
    const { outcome, plan } = await world.publish(two, { strict: true })
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([{ kind: 'held-back' }])
  })

  it('waits no longer once it is tried again', async () => {
    const world = await aborted()
    await world.ask({ action: 'retry', revision: two.revision })
    const { plan } = await world.publish(two)
    expect(plan.heldBack).toEqual([])
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(two))
  })

  it('is no hindrance for another one', async () => {
    const world = await aborted()
    await world.publish(three)
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(three))
  })

  it('lets nothing wait that was published before it', async () => {
    const world = await aborted()
    await world.publish(three)
    const { plan } = await world.publish(two)
    expect(plan.heldBack).toHaveLength(1)
    expect(await world.record()).not.toHaveProperty('queued')
    expect(await world.files()).not.toHaveProperty([revisionPath(three.revision)])
  })
})

describe('without a canary', () => {
  const direct = { direct: [APP], reason: 'the canary itself is broken' }

  it('a revision is stable at once, on the record', async () => {
    const world = await aborted()
    const { outcome, plan } = await world.publish(two, direct)
    expect(outcome).toBe('published')
    expect(plan.heldBack).toEqual([])
    expect(await world.released()).toEqual(textsOf(two))
    expect(await world.record()).toMatchObject({ heldBack: [], former: [one.revision] })
    expect(await trailersOf(world)).toEqual({
      app: APP,
      action: 'direct',
      stage: 'at-rest',
      revision: two.revision,
      base: one.revision,
      evidence: ['the canary itself is broken'],
    })
    await world.ask({ action: 'rollback', revision: one.revision })
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(one))
  })

  it('takes the place of a revision that waits', async () => {
    const world = await atRest()
    await world.publish(two)
    await world.publish(three, direct)
    expect(await world.released()).toEqual(textsOf(three))
    expect(await world.record()).not.toHaveProperty('queued')
  })

  it.each([1, 4, 8])(
    'is refused after %i looks, since an abort could go back to nothing',
    async (looks) => {
      const world = await inFlight(looks)
      const before = await world.files()
      for (const rendition of [one, two, three]) {
        const { outcome, plan } = await world.publish(rendition, direct)
        expect(outcome).toBe('stopped')
        expect(plan.stops).toMatchObject([{ kind: 'rollout-in-flight' }])
        expect(plan.stops[0]?.remedy).toContain(`lockstep rollout abort ${APP}`)
      }
      expect(await world.files()).toEqual(before)
    },
  )

  it('says when there is no canary to skip', async () => {
    const world = await atRest()
    const { plan } = await world.publish(one, direct)
    expect(plan.warnings).toEqual([
      `--direct '${APP}' skips nothing: the app has no new revision that would get a canary`,
    ])
  })

  it('is refused for an app that there is not', async () => {
    const world = await atRest()
    await expect(world.publish(one, { direct: ['shop/chekout'] })).rejects.toMatchObject({
      code: 'UNKNOWN_APP',
    })
  })
})

describe('without a canary, while an abort goes on', () => {
  const direct = { direct: [APP], reason: 'the old image is gone' }
  const ABORTED_IN = ['progressing', 'promoting', 'shifting-back'] as const

  /** Aborted in some phase, and looked at no more. */
  async function abortedIn(phase: (typeof ABORTED_IN)[number]): Promise<CanaryWorld> {
    const world = await inFlight(3)
    for (let looks = 0; looks < 30; looks++) {
      if ((await world.record()).rollout?.stage.phase === phase) break
      await world.tick()
    }
    await world.ask({ action: 'abort', reason: 'too slow' })
    expect((await world.record()).rollout?.stage).toMatchObject({ from: { phase } })
    return world
  }

  it.each(ABORTED_IN)('the abort of what was %s ends in the revision', async (phase) => {
    const world = await abortedIn(phase)
    const { id = '', commits = 0, stage } = (await world.record()).rollout ?? {}
    const { outcome, plan } = await world.publish(three, direct)
    expect(outcome).toBe('published')
    expect(plan).toMatchObject({ stops: [], heldBack: [], warnings: [], drift: [] })
    expect(plan.rollouts[0]?.message).toContain(`ends in revision ${three.revision}`)
    const { rollout } = await world.record()
    expect(rollout).toMatchObject({ id, base: three.revision, commits: commits + 1, stage })
    expect(await trailersOf(world)).toMatchObject({
      action: 'direct',
      rollout: id,
      commit: commits + 1,
      revision: three.revision,
      base: three.revision,
      evidence: ['the old image is gone'],
    })
    expect((await world.publish(three, direct)).outcome).toBe('unchanged')
    expect((await world.publish(three)).outcome).toBe('unchanged')
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(three))
    expect(await world.record()).toMatchObject({
      former: [one.revision],
      heldBack: [{ revision: two.revision, reason: 'too slow' }],
    })
    await world.ask({ action: 'rollback', revision: one.revision })
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(one))
  })

  it('it is the way out if what was stable before gets no pods any more', async () => {
    const world = await abortedIn('promoting')
    world.cluster.goneImages.add('registry.example.com/shop/checkout:1')
    await world.tick(10)
    expect((await world.record()).rollout?.stage).toMatchObject({ part: 'template' })
    expect(world.cluster.weight('checkout')).toBe(100)
    await world.publish(three, direct)
    expect(world.cluster.weight('checkout')).toBe(100)
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(three))
  })

  it('requests stay on the canary until its pods are there', async () => {
    const world = await abortedIn('promoting')
    world.cluster.goneImages.add('registry.example.com/shop/checkout:3')
    await world.publish(three, direct)
    await world.tick(10)
    expect(world.cluster.weight('checkout')).toBe(100)
    await world.publish(version('4'), direct)
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(version('4')))
    expect((await world.record()).former).toEqual([three.revision, one.revision])
  })

  it.each(ABORTED_IN)('what was aborted when %s can be it after all', async (phase) => {
    const world = await abortedIn(phase)
    expect((await world.publish(two, direct)).outcome).toBe('published')
    expect((await world.publish(two, direct)).outcome).toBe('unchanged')
    const rest = version('2', withSpec('HorizontalPodAutoscaler', { maxReplicas: 12 }))
    expect((await world.publish(rest)).outcome).toBe('published')
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(rest))
    expect(await world.record()).toMatchObject({ former: [one.revision], heldBack: [] })
  })

  it('what was to come next comes no more', async () => {
    const world = await abortedIn('promoting')
    await world.publish(three)
    expect((await world.record()).queued).toEqual({ revision: three.revision })
    await world.publish(version('4'), direct)
    expect(await world.record()).not.toHaveProperty('queued')
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(version('4')))
  })
})

describe('what nobody should find out in mid-flight', () => {
  const otherSelector = withSpec('Deployment', { selector: { matchLabels: { app: 'other' } } })

  it.each([0, 4])('stops the publish that lets a revision wait (after %i looks)', async (looks) => {
    const world = await inFlight(looks)
    const refused = version('3', otherSelector)
    const { outcome, plan } = await world.publish(refused)
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([
      { kind: 'immutable-field', object: 'Deployment.apps shop/checkout' },
    ])
    const allowed = await world.publish(refused, {
      allowDestroy: ['Deployment.apps shop/checkout'],
    })
    expect(allowed.outcome).toBe('published')
    expect(allowed.plan.warnings).toEqual([])
  })

  it('data that a revision would delete is one of it', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'shop' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }
    const world = new CanaryWorld(new MemoryGitRemote())
    await world.publish(version('1', (objects) => [...objects, claim]))
    const { outcome, plan } = await world.publish(two)
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([{ kind: 'deletes-data' }])
  })

  it('an object that somebody else has is one of it', async () => {
    const world = await atRest()
    const extra = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'extra', namespace: 'shop' },
      data: {},
    }
    await world.edit({ 'prod/legacy.yaml': emitYaml(extra) })
    const { outcome, plan } = await world.publish(version('2', (objects) => [...objects, extra]))
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([{ kind: 'foreign-object' }])
  })

  it('other tracks, or another router, are one of it', async () => {
    const world = await atRest()
    const plan = planWith({ ...briefPlan.spec, ...ratioSpec })
    const { outcome, plan: next } = await world.publish(version('2', undefined, plan))
    expect(outcome).toBe('stopped')
    expect(next.stops).toMatchObject([{ kind: 'other-tracks' }])
    expect(next.stops[0]?.message).toBe(
      `${APP} changes its router from Gateway API to numbers of pods, and no rollout leads from one to the other`,
    )
  })
})

describe('ConfigMaps of revisions', () => {
  const configured = (tag: string) =>
    version(tag, (objects) =>
      objects.map((object) => {
        if (object.kind === 'ConfigMap') {
          const metadata = { ...object.metadata, name: `checkout-config-${tag}` }
          return { ...object, metadata, immutable: true, data: { tag } }
        }
        if (object.kind !== 'Deployment') return object
        return JSON.parse(
          JSON.stringify(object).replaceAll('"checkout-config"', `"checkout-config-${tag}"`),
        )
      }),
    )

  const configMapsOn = async (world: CanaryWorld): Promise<readonly string[]> =>
    Object.keys(await world.files()).flatMap((path) => /config-(\w+)\.yaml$/.exec(path)?.[1] ?? [])

  it('stay while pods of them may start, and go after two more', async () => {
    const world = new CanaryWorld(new MemoryGitRemote())
    await world.publish(configured('1'))
    await world.publish(configured('2'))
    expect(await configMapsOn(world)).toEqual(['1'])
    await world.tick(2)
    expect(await configMapsOn(world)).toEqual(['1', '2'])
    await world.untilRest()
    expect(await configMapsOn(world)).toEqual(['1', '2'])
    await world.publish(configured('2'))
    expect(await configMapsOn(world)).toEqual(['1', '2'])
    for (const tag of ['3', '4']) {
      await world.publish(configured(tag))
      await world.untilRest()
    }
    expect(await configMapsOn(world)).toEqual(['2', '3', '4'])
  })

  it('of a revision that was aborted go with it', async () => {
    const world = new CanaryWorld(new MemoryGitRemote())
    await world.publish(configured('1'))
    await world.publish(configured('2'))
    await world.tick(4)
    await world.ask({ action: 'abort', reason: 'enough' })
    await world.untilRest()
    expect(await configMapsOn(world)).toEqual(['1'])
  })
})
