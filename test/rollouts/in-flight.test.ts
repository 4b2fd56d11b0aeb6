import { describe, expect, it } from 'vitest'
import { inFlightObjects } from '../../rollouts/in-flight.ts'
import { AT_REST, stepStates } from '../../rollouts/step-state.ts'
import { appAtRest } from './app-fixture.ts'
import { soundPlan } from './plan-fixture.ts'

const { deployment, ...others } = appAtRest()
const { replicas: _, ...spec } = deployment.spec as Record<string, unknown>
const atRest = [{ ...deployment, spec }, ...Object.values(others)]
const states = stepStates(soundPlan.spec)

const find = (objects: ReturnType<typeof inFlightObjects>, kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name)

describe('an app in flight', () => {
  it('is the app at rest before the rollout and after it', () => {
    expect(inFlightObjects(atRest, { plan: soundPlan, state: AT_REST })).toEqual(atRest)
  })

  it.each(states)(
    'minus its canary is the app at rest, but for weights and pinned floors: %j',
    (state) => {
      const inFlight = inFlightObjects(atRest, { plan: soundPlan, state, need: 3 })
      const stable = inFlight.filter(({ metadata }) => metadata.name !== 'checkout-canary')
      const back = stable.map((object) =>
        object.kind === 'HTTPRoute' ? find(atRest, 'HTTPRoute', 'checkout') : object,
      )
      expect(back).toEqual(atRest)
    },
  )

  it('keeps as many pods of stable as all traffic needs, and the share of them as canary', () => {
    const inFlight = inFlightObjects(atRest, { plan: soundPlan, state: states[4]!, need: 17 })
    expect(find(inFlight, 'HorizontalPodAutoscaler', 'checkout')?.spec).toMatchObject({
      minReplicas: 17,
      maxReplicas: 30,
    })
    expect(find(inFlight, 'HorizontalPodAutoscaler', 'checkout-canary')?.spec).toMatchObject({
      minReplicas: 9,
      maxReplicas: 30,
    })
  })

  it('never writes a number of pods that an autoscaler decides', () => {
    const inFlight = inFlightObjects(atRest, { plan: soundPlan, state: states[4]! })
    for (const name of ['checkout', 'checkout-canary']) {
      expect(find(inFlight, 'Deployment', name)?.spec).not.toHaveProperty('replicas')
    }
  })

  it('splits requests by the weight, and sends marked ones to the canary', () => {
    const inFlight = inFlightObjects(atRest, { plan: soundPlan, state: states[1]! })
    const path = { type: 'PathPrefix', value: '/' }
    expect(find(inFlight, 'HTTPRoute', 'checkout')?.spec).toEqual({
      rules: [
        {
          matches: [{ path, headers: [{ type: 'Exact', name: 'x-canary', value: 'yes' }] }],
          backendRefs: [
            { name: 'checkout-stable', port: 80, weight: 0 },
            { name: 'checkout-canary', port: 80, weight: 100 },
          ],
        },
        {
          matches: [{ path }],
          backendRefs: [
            { name: 'checkout-stable', port: 80, weight: 95 },
            { name: 'checkout-canary', port: 80, weight: 5 },
          ],
        },
      ],
    })
  })
})
