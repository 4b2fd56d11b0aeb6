import { describe, expect, it } from 'vitest'
import {
  type ReplicaRatio,
  type ReplicaRatioProps,
  replicaRatio,
} from '../../rollouts/replica-ratio.ts'

const SURGES = {
  none: () => 0,
  'one pod': () => 1,
  'a quarter': (replicas: number) => Math.ceil(replicas / 4),
}

/** Tries all of 1 to 200 pods at 0 to 100 percent, and fails with the first that is not as it must be. */
function expectEverywhere(
  surgeOf: (replicas: number) => number,
  isRight: (ratio: ReplicaRatio, props: Required<ReplicaRatioProps>) => boolean,
): void {
  for (let replicas = 1; replicas <= 200; replicas++) {
    const surge = surgeOf(replicas)
    for (let weight = 0; weight <= 100; weight++) {
      const ratio = replicaRatio({ replicas, weight, surge })
      if (isRight(ratio, { replicas, weight, surge })) continue
      expect.fail(`${replicas} pods and ${surge} more at ${weight} %: ${JSON.stringify(ratio)}`)
    }
  }
}

/** Every split that is allowed, found by trying all of them. */
function closestByTrying(replicas: number, weight: number, surge: number): number {
  let closest = Number.POSITIVE_INFINITY
  for (let total = replicas; total <= replicas + surge; total++) {
    for (let canary = 1; canary < total; canary++) {
      closest = Math.min(closest, Math.abs((100 * canary) / total - weight))
    }
  }
  return closest
}

describe.each(Object.entries(SURGES))('over 1 to 200 pods, surge %s', (_, surgeOf) => {
  it('keeps a pod on each track from 1 to 99 percent wherever two pods are allowed', () => {
    expectEverywhere(surgeOf, ({ canary, stable }, { replicas, weight, surge }) => {
      const canBoth = replicas + surge >= 2 && weight >= 1 && weight <= 99
      return !canBoth || (canary >= 1 && stable >= 1)
    })
  })

  it('has no canary at 0 percent and nothing else at 100', () => {
    expectEverywhere(surgeOf, ({ canary, stable }, { replicas, weight }) => {
      if (weight === 0) return canary === 0 && stable === replicas
      return weight < 100 || (canary === replicas && stable === 0)
    })
  })

  it('has never fewer pods than needed and never more than the surge allows', () => {
    expectEverywhere(surgeOf, ({ canary, stable }, { replicas, surge }) => {
      const total = canary + stable
      return total >= replicas && total <= replicas + surge
    })
  })

  it('gives the canary no smaller share for more weight', () => {
    let before = 0
    expectEverywhere(surgeOf, ({ achieved }, { weight }) => {
      const isMore = weight === 0 || achieved >= before
      before = achieved
      return isMore
    })
  })

  it('says how far the share is from the weight', () => {
    expectEverywhere(surgeOf, ({ canary, stable, achieved, error }, { weight }) => {
      return achieved === (100 * canary) / (canary + stable) && error === achieved - weight
    })
  })
})

it.each([0, 1, 7])('finds the closest split that there is, up to 40 pods and %i more', (surge) => {
  for (let replicas = 2; replicas <= 40; replicas++) {
    for (let weight = 1; weight <= 99; weight++) {
      const { error } = replicaRatio({ replicas, weight, surge })
      if (Math.abs(Math.abs(error) - closestByTrying(replicas, weight, surge)) > 1e-9) {
        expect.fail(`${replicas} pods at ${weight} %, surge ${surge}: off by ${error}`)
      }
    }
  }
})

// The pairs for which rounding up from the exact number, as Argo Rollouts does, ends in no canary.
it.each([
  [2, 75],
  [5, 90],
  [10, 95],
  [25, 98],
  [50, 99],
])('leaves no hole at %i pods and %i percent', (replicas, weight) => {
  const { canary, stable } = replicaRatio({ replicas, weight })
  expect(canary).toBe(replicas - 1)
  expect(stable).toBe(1)
})

it.each([
  { replicas: 1, weight: 50, surge: 0, canary: 0, stable: 1 },
  { replicas: 1, weight: 51, surge: 0, canary: 1, stable: 0 },
  { replicas: 1, weight: 10, surge: 1, canary: 1, stable: 1 },
  { replicas: 3, weight: 25, surge: 1, canary: 1, stable: 3 },
  { replicas: 4, weight: 50, surge: 4, canary: 2, stable: 2 },
  { replicas: 5, weight: 50, surge: 0, canary: 2, stable: 3 },
  { replicas: 10, weight: 5, surge: 3, canary: 1, stable: 12 },
])('splits $replicas pods and up to $surge more at $weight % into $canary and $stable', (row) => {
  const { replicas, weight, surge, canary, stable } = row
  expect(replicaRatio({ replicas, weight, surge })).toMatchObject({ canary, stable })
})
