import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RolloutStep } from '../../rollouts/step.ts'
import { allSteps, stepStates } from '../../rollouts/step-state.ts'
import { trackReplicas } from '../../rollouts/track-replicas.ts'
import { ratioSpec, soundPlan } from './plan-fixture.ts'

const route = soundPlan.spec.router

describe('the steps of a rollout', () => {
  it('end with all traffic on the canary, held as long as the longest hold', () => {
    expect(allSteps(soundPlan.spec)).toEqual([
      ...soundPlan.spec.steps,
      { weight: 100, holdSeconds: 120 },
    ])
  })

  it('end with the last of the plan if that gives the canary all traffic', () => {
    const steps: RolloutStep[] = [
      { weight: 10, holdSeconds: 60 },
      { weight: 100, holdSeconds: 5 },
    ]
    expect(allSteps({ steps })).toBe(steps)
  })

  it('keep what those before them have set', () => {
    const matches = [{ header: 'x-canary', value: 'yes' }]
    expect(stepStates(soundPlan.spec)).toEqual([
      { weight: 0, matches, capacity: 1 },
      { weight: 5, matches, capacity: 5 },
      { weight: 5, matches, capacity: 40 },
      { weight: 25, matches, capacity: 40 },
      { weight: 50, matches, capacity: 50 },
      { weight: 100, matches, capacity: 100 },
    ])
  })
})

const anySteps = fc.array(
  fc.oneof(
    fc.record({ weight: fc.integer({ min: 1, max: 100 }), holdSeconds: fc.nat(600) }),
    fc.record({ scale: fc.integer({ min: 1, max: 100 }), holdSeconds: fc.nat(600) }),
    fc.record({
      match: fc.constant({ header: 'x-canary', value: 'yes' }),
      holdSeconds: fc.nat(600),
    }),
  ),
  { minLength: 1, maxLength: 8 },
)

describe('the pods of each track behind a router', () => {
  it('carry the weight of every step, and stable keeps all that is needed', () => {
    fc.assert(
      fc.property(anySteps, fc.integer({ min: 2, max: 500 }), (steps, need) => {
        for (const state of stepStates({ steps })) {
          const { stable, canary } = trackReplicas(route, state, need)
          expect(stable).toBe(need)
          expect(canary * 100).toBeGreaterThanOrEqual(need * state.weight)
          expect(canary).toBeGreaterThanOrEqual(2)
          expect(canary).toBeLessThanOrEqual(need)
        }
      }),
    )
  })

  it('are none of the canary at rest', () => {
    expect(trackReplicas(route, { weight: 0, matches: [], capacity: 0 }, 7)).toEqual({
      stable: 7,
      canary: 0,
    })
  })
})

it('splits the pods by the weight where there is no router', () => {
  const [first, second, full] = stepStates(ratioSpec).map((state) =>
    trackReplicas(ratioSpec.router, state, 10),
  )
  expect(first).toEqual({ stable: 12, canary: 1 })
  expect(second).toEqual({ stable: 9, canary: 3 })
  expect(full).toEqual({ stable: 0, canary: 10 })
})
