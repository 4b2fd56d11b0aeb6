import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { act } from '../../rollouts/acts.ts'
import type { Move } from '../../rollouts/decision.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { redirectAbort } from '../../rollouts/redirect-abort.ts'
import type { Rendition } from '../../rollouts/rendition.ts'
import { same } from '../../rollouts/simulated-files.ts'
import type { SimulatedRelease } from '../../rollouts/simulated-release.ts'
import { stageName } from '../../rollouts/stage-name.ts'
import type { RolloutStep } from '../../rollouts/step.ts'
import { planWith, ratioSpec, soundPlan } from './plan-fixture.ts'
import { approver, IMAGE, released, runInto, runToRest } from './released.ts'
import { renditionOf } from './renditions.ts'

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
          const expectSafety = () => {
            expectCapacity(release, started)
            expectSeenTemplate(release, started)
          }
          runToRest(release, expectSafety)
          // What was committed last may still be on its way.
          for (let pass = 0; pass < 50; pass++) {
            release.pass()
            expectSafety()
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
        release.commit(abortAsked(release))
        runToRest(release)
        expect(same(release.files, release.renditions.base.files)).toBe(true)
        expect(release.record.heldBack[0]).toMatchObject({
          revision: release.renditions.candidate.revision,
          reason: 'somebody saw errors',
        })
      }),
    )
  })

  it('ends in what is released without a canary while it is aborted, and keeps its pods', () => {
    fc.assert(
      fc.property(
        runs,
        fc.nat(60),
        fc.nat(8),
        fc.boolean(),
        ({ plan, seed }, ticks, later, isCandidate) => {
          const release = released(plan, seed)
          const started = abortedAfter(release, ticks, later)
          if (release.record.rollout === undefined) return
          const { base, candidate } = release.renditions
          const next = isCandidate ? candidate : renditionOf(`${IMAGE}:1.6`, plan)
          const isSeenFirst = stageName(release.record.rollout.stage) === 'aborting-template'
          releaseDirectly(release, next)
          runToRest(release, () => {
            expectCapacity(release, started)
            if (isSeenFirst) expectSeenTemplate(release, started)
          })
          expect(same(release.files, next.files)).toBe(true)
          expect(release.record.former).toEqual([base.revision])
          const heldBack = release.record.heldBack.map(({ revision }) => revision)
          expect(heldBack).toEqual(isCandidate ? [] : [candidate.revision])
        },
      ),
    )
  })

  it('that rolls back has all requests on pods of the old version before stable changes', () => {
    fc.assert(
      fc.property(runs, ({ plan, seed }) => {
        const release = released(plan, seed)
        const { revision } = release.renditions.candidate
        const request = { kind: 'rollback', by: 'alice' } as const
        release.record = { ...release.record, queued: { revision, request } }
        const started = release.pods().stable.desired
        let before = snapshot(release)
        runToRest(release, () => {
          expectCapacity(release, started)
          expectSeenTemplate(release, started)
          const after = snapshot(release)
          const isMixed = before.weights !== after.weights && before.pods !== after.pods
          before = after
          if (plan.spec.router.type !== 'route') return
          expect(isMixed).toBe(false)
          if (release.commits.at(-1)?.action === 'promote') expect(release.weight()).toBe(100)
        })
        expect(same(release.files, release.renditions.candidate.files)).toBe(true)
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

function abortAsked({ plan, record, nowMs }: SimulatedRelease): Move {
  const request = { action: 'abort', reason: 'somebody saw errors' } as const
  const move = act(request, { plan, record, actor: approver, nowMs })
  if (move === undefined) throw new Error('A rollout in flight can be aborted')
  return move
}

/** Some looks, an abort, and some more looks; the pods of stable when it was aborted. */
function abortedAfter(release: SimulatedRelease, ticks: number, later: number): number {
  runInto(release, ticks)
  const started = release.pods().stable.desired
  if (release.record.rollout !== undefined) release.commit(abortAsked(release))
  for (let tick = 0; tick < later; tick++) release.tick()
  return started
}

/** As publish does it: weights are none of its business. */
function releaseDirectly(release: SimulatedRelease, base: Rendition): void {
  const { record, renditions } = release
  if (record.rollout === undefined) throw new Error('There is no rollout')
  const { weights } = snapshot(release)
  release.renditions = { ...renditions, base }
  release.commit({
    kind: 'move',
    action: 'abort',
    record: redirectAbort(record, record.rollout, base.revision),
    evidence: [],
  })
  if (release.plan.spec.router.type === 'route') expect(snapshot(release).weights).toBe(weights)
}

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
}

/** Requests come back to a template only after it was seen ready. */
function expectSeenTemplate(release: SimulatedRelease, started: number): void {
  if (release.plan.spec.router.type !== 'route') return
  if (release.weight() === 0 && isGoingBack(release)) {
    expect(release.pods().stable.ready).toBeGreaterThanOrEqual(started)
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
