import { describe, expect, it } from 'vitest'
import {
  allowedDisruptions,
  type DisruptionBudget,
  InvalidIntOrPercentError,
  rollingUpdateBounds,
  scaled,
} from '../../manifests/rounding.ts'

describe('scaled', () => {
  it('agrees with integer arithmetic for every percentage of up to 1,000 pods', () => {
    const wrong: string[] = []
    const expectScaled = (
      percent: number,
      total: number,
      round: 'up' | 'down',
      product: bigint,
    ) => {
      const expected = Number(round === 'up' ? (product + 99n) / 100n : product / 100n)
      const actual = scaled(`${percent}%`, total, round)
      if (actual !== expected) wrong.push(`${percent}% of ${total} ${round} is ${actual}`)
    }
    for (let total = 0; total <= 1000; total++) {
      for (let percent = 0; percent <= 100; percent++) {
        const product = BigInt(total) * BigInt(percent)
        expectScaled(percent, total, 'down', product)
        expectScaled(percent, total, 'up', product)
      }
    }
    expect(wrong).toEqual([])
  })

  it('takes counts as they are, also above the total', () => {
    expect(scaled(7, 3, 'down')).toBe(7)
    expect(scaled('200%', 3, 'down')).toBe(6)
  })

  it.each([-1, 1.5, Number.NaN, '25', '25 %', '-5%', '1.5%', '%', '', null, undefined, true])(
    'refuses %j',
    (value) => {
      expect(() => scaled(value, 3, 'up')).toThrow(InvalidIntOrPercentError)
    },
  )
})

describe('rollingUpdateBounds', () => {
  // Checked against ResolveFenceposts of the Deployment controller.
  it.each([
    [1, '25%', '25%', 1, 0],
    [2, '25%', '25%', 1, 0],
    [3, '25%', '25%', 1, 0],
    [4, '25%', '25%', 1, 1],
    [10, '25%', '25%', 3, 2],
    [10, '30%', '30%', 3, 3],
    [100, '25%', '25%', 25, 25],
    [100, '25%', '20%', 25, 20],
    [3, 0, '25%', 0, 1],
    [4, 0, '25%', 0, 1],
    [3, '25%', 0, 1, 0],
    [1, 0, 1, 0, 1],
    [5, 0, 0, 0, 1],
    [5, '0%', '0%', 0, 1],
  ])(
    'of %i pods with surge %s and unavailable %s',
    (replicas, maxSurge, maxUnavailable, surge, unavailable) => {
      expect(rollingUpdateBounds(replicas, maxSurge, maxUnavailable)).toEqual({
        surge,
        unavailable,
      })
    },
  )

  it('takes 25% for both unless told otherwise, as Kubernetes does', () => {
    expect(rollingUpdateBounds(10)).toEqual({ surge: 3, unavailable: 2 })
  })

  it('always lets something move', () => {
    for (let replicas = 1; replicas <= 100; replicas++) {
      for (const percent of ['0%', '1%', '50%', '99%']) {
        const { surge, unavailable } = rollingUpdateBounds(replicas, percent, percent)
        expect(surge + unavailable).toBeGreaterThan(0)
      }
    }
  })
})

describe('allowedDisruptions', () => {
  it.each<[number, DisruptionBudget, number]>([
    [1, { minAvailable: 1 }, 0],
    [1, { minAvailable: '50%' }, 0],
    [1, { maxUnavailable: 1 }, 1],
    [1, { maxUnavailable: '10%' }, 1],
    [2, { minAvailable: 1 }, 1],
    [2, { minAvailable: 2 }, 0],
    [3, { minAvailable: 3 }, 0],
    [3, { minAvailable: 2 }, 1],
    [3, { maxUnavailable: 1 }, 1],
    [3, { maxUnavailable: '10%' }, 1],
    [3, { maxUnavailable: '25%' }, 1],
    [5, { minAvailable: '90%' }, 0],
    [5, { minAvailable: '100%' }, 0],
    [5, { maxUnavailable: 0 }, 0],
    [7, { minAvailable: '50%' }, 3],
    [7, { maxUnavailable: '50%' }, 4],
    [10, { maxUnavailable: '10%' }, 1],
    [10, { minAvailable: '90%' }, 1],
    [11, { maxUnavailable: '10%' }, 2],
    [12, { maxUnavailable: '25%' }, 3],
    [3, { minAvailable: 5 }, 0],
    [3, { maxUnavailable: 5 }, 3],
    [0, { minAvailable: 1 }, 0],
  ])('of %i pods with %j is %i', (replicas, budget, evictions) => {
    expect(allowedDisruptions(replicas, budget)).toBe(evictions)
  })

  it('never exceeds the pods there are, nor falls below none', () => {
    for (let replicas = 0; replicas <= 60; replicas++) {
      for (let percent = 0; percent <= 100; percent++) {
        for (const budget of [{ minAvailable: `${percent}%` }, { maxUnavailable: `${percent}%` }]) {
          const evictions = allowedDisruptions(replicas, budget as DisruptionBudget)
          expect(evictions >= 0 && evictions <= replicas).toBe(true)
        }
      }
    }
  })
})
