import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { act } from '../../rollouts/acts.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { type SimulatedRelease, same } from '../../rollouts/simulated-release.ts'
import type { RolloutStep } from '../../rollouts/step.ts'
import { planWith, ratioSpec, soundPlan } from './plan-fixture.ts'
import { approver, released, runInto, runToRest } from './released.ts'

const plans: fc.Arbitrary<RolloutPlan> = fc
  .record({
    weights: fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }),
    holdSeconds: fc.integer({ min: 0, max: 120 }),
    scaleFirst: fc.boolean(),
    matchFirst: fc.boolean(),
    approvalAt: fc.option(fc.nat(4)),
    before: fc.boolean(),
    min: fc.integer({ min: 1, max: 12 }),
    isScaled: fc.boolean(),
    isRatio: fc.boolean(),
  })
  .map(
    ({
      weights,
      holdSeconds,
      scaleFirst,
      matchFirst,
      approvalAt,
      before,
      min,
      isScaled,
      isRatio,
    }) => {
      const approval = {
        role: 'owners',
        quorum: 1,
        deadlineSeconds: 3600,
        onTimeout: 'abort',
      } as const
      const asked = before ? { approveBefore: approval } : { approval }
      const steps: RolloutStep[] = [
        ...(scaleFirst ? [{ scale: 10, holdSeconds }] : []),
        ...(matchFirst && !isRatio
          ? [{ match: { header: 'x-canary', value: 'yes' }, holdSeconds }]
          : []),
        ...weights.toSorted((a, b) => a - b).map((weight) => ({ weight, holdSeconds })),
      ].map((step, index) => (index === approvalAt ? { ...step, ...asked } : step))
      const replicas = isRatio ? { min: min + 1, max: min + 1 } : { min, max: isScaled ? 40 : min }
      return planWith({
        steps,
        replicas,
        analysis: [],
        ...(isRatio && { router: ratioSpec.router }),
      })
    },
  )

const runs = fc.record({ plan: plans, seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }) })

describe('A rollout', () => {
  it('ends with the candidate, byte for byte, when every gate says yes', () => {
    fc.assert(
      fc.property(runs, ({ plan, seed }) => {
        const release = released(plan, seed)
        runToRest(release)
        expect(release.record.rollout).toBeUndefined()
        expect(release.commits.at(-1)?.action).toBe('finish')
        expect(same(release.files, release.renditions.candidate.files)).toBe(true)
        expect(release.record.former).toEqual([release.renditions.base.revision])
      }),
    )
  })

  it('never has a share of the traffic without the pods for it, wherever it goes', () => {
    fc.assert(
      fc.property(
        runs,
        fc.integer({ min: 1, max: 40 }),
        fc.option(fc.nat(1500)),
        ({ plan, seed }, most, badSince) => {
          const demand = (seconds: number) => 1 + Math.floor((most * seconds) / 1000)
          const verdict = (seconds: number) =>
            badSince !== null && seconds > badSince ? 'fail' : 'pass'
          const release = released(plan, seed, { demand, verdict })
          const started = release.pods().stable.desired
          runToRest(release, () => expectCapacity(release, started))
          // What was committed last may still be on its way.
          for (let pass = 0; pass < 50; pass++) {
            release.pass()
            expectCapacity(release, started)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('has all pods that the traffic needs on stable whenever it may have to go back', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 40 }), ({ plan, seed }, most) => {
        const demand = (seconds: number) => 1 + Math.floor((most * seconds) / 1000)
        const release = released(plan, seed, { demand })
        let seen = 0
        runToRest(release, () => {
          const { rollout } = release.record
          const isForward = release.commits.slice(seen).some(({ action }) => FORWARD.has(action))
          seen = release.commits.length
          if (rollout === undefined || plan.spec.router.type !== 'route' || !isForward) return
          // The look that this commit was made on saw these pods.
          expect(rollout.need).toBeGreaterThanOrEqual(release.pods().stable.desired)
        })
      }),
    )
  })

  it('never changes capacity and weights of an app in one commit', () => {
    fc.assert(
      fc.property(runs, fc.boolean(), ({ plan, seed }, isBad) => {
        const verdict = (seconds: number) => (isBad && seconds > 200 ? 'fail' : 'pass')
        const release = released(plan, seed, { verdict })
        let before = snapshot(release)
        runToRest(release, () => {
          const after = snapshot(release)
          if (plan.spec.router.type === 'route') {
            expect([before.weights !== after.weights, before.pods !== after.pods]).not.toEqual([
              true,
              true,
            ])
          }
          before = after
        })
      }),
    )
  })

  it('is back at the base, byte for byte, wherever it is aborted', () => {
    fc.assert(
      fc.property(runs, fc.nat(60), ({ plan, seed }, ticks) => {
        const release = released(plan, seed)
        runInto(release, ticks)
        if (release.record.rollout === undefined) return
        const move = act(
          { action: 'abort', reason: 'somebody saw errors' },
          { plan, record: release.record, actor: approver, nowMs: release.nowMs },
        )
        if (move === undefined) throw new Error('A rollout in flight can be aborted')
        release.commit(move)
        runToRest(release)
        expect(same(release.files, release.renditions.base.files)).toBe(true)
        expect(release.record.heldBack[0]).toMatchObject({
          revision: release.renditions.candidate.revision,
          reason: 'somebody saw errors',
        })
      }),
    )
  })

  it('goes back by itself when what is measured is bad', () => {
    fc.assert(
      fc.property(runs, ({ plan, seed }) => {
        const release = released(plan, seed, { verdict: () => 'fail' })
        runToRest(release)
        const wasSeen = plan.spec.router.type === 'route'
        const files = wasSeen ? release.renditions.base.files : release.files
        expect(same(release.files, files)).toBe(true)
        if (wasSeen) expect(release.record.heldBack).toHaveLength(1)
      }),
    )
  })
})

const FORWARD: ReadonlySet<string> = new Set(['scale', 'shift', 'promote', 'shift-back'])

/** By what the cluster has now, whatever anybody has written meanwhile. */
function expectCapacity(release: SimulatedRelease, started: number): void {
  if (release.plan.spec.router.type !== 'route') return
  const weight = release.weight()
  const { stable, canary } = release.pods()
  if (weight > 0) expect(canary.desired).toBeGreaterThanOrEqual(release.neededCanary(weight))
  // Pods that come while traffic grows take their time; those of the start are there.
  const needed = Math.ceil((started * (100 - weight)) / 100)
  expect(stable.available).toBeGreaterThanOrEqual(needed)
  // Requests come back to a template only after it was seen ready.
  if (weight === 0 && isGoingBack(release)) {
    expect(stable.ready).toBeGreaterThanOrEqual(started)
  }
}

function isGoingBack({ record }: SimulatedRelease): boolean {
  const stage = record.rollout?.stage
  if (stage?.phase === 'aborting') return stage.part === 'traffic'
  return stage?.phase === 'shifting-back'
}

function snapshot({ files }: SimulatedRelease) {
  const text = (section: string, kinds: readonly string[]): string =>
    files
      .filter(({ path, object }) => path.startsWith(section) && kinds.includes(object?.kind ?? ''))
      .map(({ object }) => JSON.stringify(object?.spec))
      .join('\n')
  return {
    weights: text('traffic/', ['HTTPRoute']),
    pods: text('workloads/', ['Deployment', 'HorizontalPodAutoscaler']),
  }
}

describe('A rollout of the shop', () => {
  it('is written as one commit a change', () => {
    const release = released(soundPlan, 7)
    runToRest(release)
    expect(release.commits.map(({ action }) => action)).toMatchInlineSnapshot(`
      [
        "start",
        "shift",
        "shift",
        "scale",
        "shift",
        "shift",
        "await",
        "approve",
        "scale",
        "shift",
        "promote",
        "shift-back",
        "finish",
      ]
    `)
  })
})
