import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { type LostCanaryProps, lostCanary } from '../../rollouts/lost-canary.ts'
import type { ForwardStage, Rollout } from '../../rollouts/record.ts'
import { planWith, ratioSpec } from './plan-fixture.ts'

const SINCE = '2026-11-21T10:00:00.000Z'
const BEFORE = '2026-11-21T09:00:00Z'
const AFTER = '2026-11-21T10:30:00Z'

const plan = planWith({
  steps: [
    { weight: 20, holdSeconds: 30 },
    { weight: 50, holdSeconds: 30 },
  ],
})

const LIVE: ForwardStage = { phase: 'progressing', step: 1, part: 'live' }

const deployment = (name: string, creationTimestamp: string | undefined): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop', creationTimestamp },
})

interface Seen {
  readonly stage?: Rollout['stage']
  /** When it was made; `undefined` if it is not there. */
  readonly stable?: string | undefined
  readonly canary?: string | undefined
  readonly asked?: LostCanaryProps['plan']
  /** Which commit has changed its traffic last; 0: none. */
  readonly traffic?: number
}

function lostIn({ stage = LIVE, asked = plan, traffic = 2, ...seen }: Seen): string | undefined {
  const track = (name: string, madeAt: string | undefined) => ({
    deployment: {
      branch: deployment(name, undefined),
      live: madeAt === undefined ? undefined : deployment(name, madeAt),
    },
    autoscaler: undefined,
  })
  const { stable = BEFORE, canary } = seen
  return lostCanary({
    plan: asked,
    rollout: { stage, since: SINCE, changed: { workloads: 1, traffic } } as Rollout,
    tracks: { stable: track('checkout', stable), canary: track('checkout-canary', canary) },
  })
}

describe('a canary that has requests', () => {
  it('is lost when it is not there', () => {
    expect(lostIn({})).toMatch(/^Deployment shop\/checkout-canary is gone although it has requests/)
  })

  it('is lost when it was made after it got them', () => {
    expect(lostIn({ canary: AFTER })).toMatch(/checkout-canary was made anew after it got requests/)
  })

  it('is not when it was made before, or by a clock that is a little ahead', () => {
    expect(lostIn({ canary: BEFORE })).toBeUndefined()
    expect(lostIn({ canary: '2026-11-21T10:00:05Z' })).toBeUndefined()
  })

  it('is not in a cluster that was built anew', () => {
    expect(lostIn({ stable: AFTER, canary: AFTER })).toBeUndefined()
    expect(lostIn({ stable: AFTER })).toBeUndefined()
  })

  it('has those of the step before while pods of the next one are awaited', () => {
    expect(lostIn({ stage: { phase: 'progressing', step: 1, part: 'scaling' } })).toBeUndefined()
    expect(lostIn({ stage: { phase: 'progressing', step: 2, part: 'scaling' } })).toBeDefined()
  })

  it('has none yet in the first commit of a rollback, which begins with the last step', () => {
    const stage: ForwardStage = { phase: 'progressing', step: 3, part: 'scaling' }
    expect(lostIn({ stage, traffic: 0 })).toBeUndefined()
  })

  it.each<Rollout['stage']>([
    { phase: 'promoting' },
    { phase: 'shifting-back' },
    { phase: 'aborting', part: 'traffic', from: LIVE },
  ])('is none in $phase, where they go to stable as soon as that is ready', (stage) => {
    expect(lostIn({ stage })).toBeUndefined()
  })

  it('is none without a router, where requests follow the pods', () => {
    const unrouted = planWith({ ...ratioSpec, steps: plan.spec.steps, analysis: [] })
    expect(lostIn({ asked: unrouted, canary: AFTER })).toBeUndefined()
  })
})
