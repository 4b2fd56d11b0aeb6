import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { replay, replayable, rolloutHistory } from '../../gitops/rollout-history.ts'
import { rolloutStates } from '../../reconciler/rollout-states.ts'
import { RolloutRequestRefusedError } from '../../rollouts/acts.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { NO_ROLLOUT_YET } from '../../rollouts/record.ts'
import { APP, briefPlan } from '../reconciler/release-fixture.ts'
import { planWith, ratioSpec } from '../rollouts/plan-fixture.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { CanaryWorld, RECORD, version, withSpec } from './canary-fixture.ts'
import { bareRepository } from './git.ts'
import { gitClient } from './git-client.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'

const VERSIONS = ['1', '2', '3', '4']

type Act =
  | { readonly what: 'publish' | 'direct'; readonly tag: string; readonly most: number }
  | { readonly what: 'look'; readonly times: number }
  | { readonly what: 'abort' | 'pause' | 'resume' | 'promote' }
  | { readonly what: 'retry' | 'rollback'; readonly nth: number }

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('publish' as const),
      tag: fc.constantFrom(...VERSIONS),
      most: fc.constantFrom(1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('direct' as const),
      tag: fc.constantFrom(...VERSIONS),
      most: fc.constant(1),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('look' as const),
      times: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constantFrom('abort', 'pause', 'resume', 'promote') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom('retry' as const, 'rollback' as const),
      nth: fc.nat(2),
    }),
  },
)

/** Behind a router, and where the pods are the weight. */
const PLANS: readonly RolloutPlan[] = [
  briefPlan,
  planWith({ ...briefPlan.spec, ...ratioSpec, steps: briefPlan.spec.steps }),
]

async function perform(world: CanaryWorld, one: Act, plan: RolloutPlan): Promise<void> {
  switch (one.what) {
    case 'publish':
    case 'direct': {
      const rest = withSpec('PodDisruptionBudget', { maxUnavailable: one.most })
      const rendition = version(one.tag, rest, plan)
      const props = one.what === 'direct' ? { direct: [APP], reason: 'it must' } : {}
      const { outcome, plan: next } = await world.publish(rendition, props)
      expect(next.drift).toEqual([])
      expect((await world.publish(rendition, props)).outcome).toBe(
        outcome === 'stopped' ? 'stopped' : 'unchanged',
      )
      return
    }
    case 'look':
      await world.tick(one.times)
      return
    case 'retry':
    case 'rollback': {
      const { heldBack, former } = await recordOn(world)
      const known = one.what === 'retry' ? heldBack.map(({ revision }) => revision) : former
      const revision = known[one.nth]
      if (revision !== undefined) await ask(world, { action: one.what, revision })
      return
    }
    case 'abort':
    case 'pause':
      return ask(world, { action: one.what, reason: 'as they say' })
    case 'resume':
    case 'promote':
      return ask(world, { action: one.what })
  }
}

const plans = fc.constantFrom(...PLANS)

/** What cannot be done now is not done. */
async function ask(world: CanaryWorld, request: Parameters<CanaryWorld['ask']>[0]): Promise<void> {
  if ((await world.files())[RECORD] === undefined) return
  await world.ask(request).catch((error: unknown) => {
    if (!(error instanceof RolloutRequestRefusedError)) throw error
  })
}

const recordOn = async (world: CanaryWorld) =>
  (await world.files())[RECORD] === undefined ? NO_ROLLOUT_YET : world.record()

const historyOn = async ({ remote }: CanaryWorld) => {
  const commit = (await remote.tip('deploy')) ?? ''
  return rolloutHistory(await remote.log({ commit, path: RECORD, limit: 1000 }), APP)
}

const holds = (remote: () => Promise<GitRemote>, numRuns: number, maxLength: number) =>
  fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength }), plans, async (acts, plan) => {
      const world = new CanaryWorld(await remote())
      await world.publish(version('1', undefined, plan))
      for (const one of acts) {
        await perform(world, one, plan)
        expect(replay(await historyOn(world))).toEqual(replayable(await recordOn(world)))
        const { states, broken } = await rolloutStates({ place: world.place })
        expect(broken).toEqual([])
        expect(states.filter(({ tampered }) => tampered !== undefined)).toEqual([])
      }
    }),
    { numRuns },
  )

describe('the state that commits tell', () => {
  it(
    'is that of the record, whatever has happened, and nobody is suspected',
    { timeout: 120_000 },
    () => holds(async () => new MemoryGitRemote(), 40, 25),
  )

  it('is so on a real repository', { timeout: 120_000 }, () =>
    holds(() => gitClient(bareRepository(join(temporaryFolder(), 'deploy.git'))), 2, 10),
  )

  it('is not that of a record that somebody has changed', async () => {
    const world = new CanaryWorld(new MemoryGitRemote())
    await world.publish(version('1'))
    await world.publish(version('2'))
    await world.tick(3)
    const before = (await world.files())[RECORD] ?? ''
    await world.edit({ [RECORD]: before.replace(/commits: \d+/, 'commits: 7') })
    expect(replay(await historyOn(world))).not.toEqual(replayable(await world.record()))
    expect((await historyOn(world))[0]).toMatchObject({ subject: 'by hand' })
    expect((await historyOn(world))[0]).not.toHaveProperty('told')
  })
})

it('tells each step with its reasons', async () => {
  const world = new CanaryWorld(new MemoryGitRemote())
  await world.publish(version('1'))
  await world.publish(version('2'))
  await world.untilRest()
  const told = (await historyOn(world)).map((entry) => entry.told).reverse()
  expect(
    told.map((one) => [one?.action, one?.step, one?.stage, one?.weight]),
  ).toMatchInlineSnapshot(`
    [
      [
        "queue",
        undefined,
        "at-rest",
        undefined,
      ],
      [
        "start",
        "1/3",
        "scaling",
        0,
      ],
      [
        "shift",
        "1/3",
        "live",
        20,
      ],
      [
        "shift",
        "2/3",
        "live",
        50,
      ],
      [
        "scale",
        "3/3",
        "scaling",
        50,
      ],
      [
        "shift",
        "3/3",
        "live",
        100,
      ],
      [
        "promote",
        "3/3",
        "promoting",
        100,
      ],
      [
        "shift-back",
        "3/3",
        "shifting-back",
        0,
      ],
      [
        "finish",
        "3/3",
        "at-rest",
        undefined,
      ],
    ]
  `)
  expect(told.at(2)?.evidence).toEqual(['2 pods of the canary are ready'])
})
