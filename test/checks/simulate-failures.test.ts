import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderSimulation } from '../../checks/render-simulation.ts'
import { type Outcomes, simulateFailures } from '../../checks/simulate-failures.ts'
import type { Assumptions } from '../../checks/simulation/assumptions.ts'
import { type Change, copy, drop, goodApp, labelsOf, set, unset } from './good-app.ts'

const WEB = 'Deployment/web'
const POD = 'spec.template.spec'
const ZONE = 'topology.kubernetes.io/zone'
const HOST = 'kubernetes.io/hostname'

/** What becomes of a workload of the good app after some changes. */
function outcomes(
  changes: readonly Change[],
  name = 'Deployment.apps shop/web',
  assumed: Partial<Assumptions> = {},
): Outcomes {
  const { workloads } = simulateFailures(goodApp(...changes), assumed)
  const found = workloads.find(({ workload }) => workload === name)
  if (found === undefined) throw new Error(`No ${name}`)
  return found.atMin
}

const replicas = (count: number) => set(WEB, 'spec.replicas', count)
const budget = (spec: object) => [
  unset('PodDisruptionBudget/web', 'spec.maxUnavailable'),
  ...Object.entries(spec).map(([field, value]) =>
    set('PodDisruptionBudget/web', `spec.${field}`, value),
  ),
]
const spread = (...constraints: readonly object[]) => [
  unset(WEB, `${POD}.affinity`),
  set(
    WEB,
    `${POD}.topologySpreadConstraints`,
    constraints.map((constraint) => ({
      maxSkew: 1,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: labelsOf('web') },
      ...constraint,
    })),
  ),
]
const requireApart = (topologyKey: string, matchLabelKeys?: readonly string[]) =>
  set(WEB, `${POD}.affinity.podAntiAffinity`, {
    requiredDuringSchedulingIgnoredDuringExecution: [
      {
        topologyKey,
        labelSelector: { matchLabels: labelsOf('web') },
        ...(matchLabelKeys !== undefined && { matchLabelKeys }),
      },
    ],
  })

describe('A rolling update', () => {
  it.each([
    [1, '25%', '25%', 1, 2],
    [2, '25%', '25%', 2, 3],
    [3, '25%', '25%', 3, 4],
    [4, '25%', '25%', 3, 5],
    [10, '25%', '25%', 8, 13],
    [10, '30%', '30%', 7, 13],
    [100, '25%', '25%', 75, 125],
    [100, '25%', '20%', 80, 125],
    [3, 0, '25%', 2, 3],
    [4, 0, '25%', 3, 4],
    [3, '25%', 0, 3, 4],
    [1, 0, 1, 0, 1],
  ])(
    'of %i pods with surge %s and unavailable %s keeps %i and makes at most %i',
    (pods, maxSurge, maxUnavailable, available, total) => {
      const { update } = outcomes([
        replicas(pods),
        set(WEB, 'spec.strategy.rollingUpdate', { maxSurge, maxUnavailable }),
      ])
      expect(update).toEqual({ available, total, hangs: false })
    },
  )

  it('of a StatefulSet goes one by one and never runs a pod too many', () => {
    const { update } = outcomes([], 'StatefulSet.apps shop/ledger')
    expect(update).toEqual({ available: 2, total: 3, hangs: false })
  })

  it('that recreates leaves nothing in between', () => {
    const { update } = outcomes([set(WEB, 'spec.strategy', { type: 'Recreate' })])
    expect(update).toEqual({ available: 0, total: 3, hangs: false })
  })

  it('hangs where each zone has its one pod and none may go first', () => {
    expect(outcomes([requireApart(ZONE)]).update?.hangs).toBe(true)
    expect(outcomes([requireApart(ZONE, ['pod-template-hash'])]).update?.hangs).toBe(false)
    expect(
      outcomes([
        requireApart(ZONE),
        set(WEB, 'spec.strategy.rollingUpdate', { maxSurge: 0, maxUnavailable: 1 }),
      ]).update?.hangs,
    ).toBe(false)
  })
})

describe('The drain of a node', () => {
  it.each([
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
  ])('of %i pods on it, under the budget %j, takes %i at once', (pods, spec, allowed) => {
    const { drain } = outcomes([replicas(pods), set(WEB, `${POD}.nodeName`, 'n'), ...budget(spec)])
    if (allowed === 0) expect(drain).toMatchObject({ blocked: 'no-disruption-allowed' })
    else expect(drain).toMatchObject({ available: pods - allowed, confidence: 'certain' })
  })

  it('takes a grace period and a start for each group of pods that may go at once', () => {
    const { drain } = outcomes([
      replicas(7),
      set(WEB, `${POD}.nodeName`, 'n'),
      ...budget({ maxUnavailable: 2 }),
    ])
    const grace = 45
    const start = 10 + 5 * 24 + 10
    expect(drain.seconds).toBe(4 * (grace + start))
  })

  it('takes all pods of the node at once where no budget guards them', () => {
    const changes = [drop('PodDisruptionBudget/web'), replicas(6)]
    expect(outcomes(changes).drain).toMatchObject({ available: 5, confidence: 'expected' })
    expect(outcomes([...changes, ...spread()]).drain).toMatchObject({
      available: 0,
      confidence: 'possible',
    })
  })

  it('fails where two budgets guard one pod', () => {
    const { drain } = outcomes([copy('PodDisruptionBudget/web', 'web-2')])
    expect(drain).toMatchObject({ available: 3, blocked: 'two-budgets' })
  })
})

describe('The loss of a zone', () => {
  it.each([
    [
      'is expected to take a third where spreading is preferred',
      [{ topologyKey: ZONE }],
      6,
      'expected',
    ],
    [
      'certainly takes a third where it is required',
      [{ topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule' }],
      6,
      'certain',
    ],
    [
      'takes what the nodes of a zone hold where only hosts are spread over',
      [{ topologyKey: HOST }],
      6,
      'possible',
    ],
    ['may take all where nothing is spread', [], 0, 'possible'],
  ] as const)('%s', (_, constraints, available, confidence) => {
    const { zoneLoss } = outcomes([replicas(9), ...spread(...constraints)], undefined, {
      nodesPerZone: constraints[0]?.topologyKey === HOST ? 1 : 2,
    })
    expect(zoneLoss).toEqual({ available, confidence })
  })

  it('leaves the peak where pods were reckoned as peak × zones / (zones - 1)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 2, max: 6 }),
        (peak, zones) => {
          const pods = Math.ceil((peak * zones) / (zones - 1))
          const { zoneLoss } = outcomes([replicas(pods)], undefined, { zones })
          expect(zoneLoss.available).toBeGreaterThanOrEqual(peak)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('never takes more than the fullest zone that a strict skew allows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 2, max: 4 }),
        (pods, maxSkew, zones) => {
          const { zoneLoss } = outcomes(
            [
              replicas(pods),
              ...spread({ topologyKey: ZONE, maxSkew, whenUnsatisfiable: 'DoNotSchedule' }),
            ],
            undefined,
            { zones },
          )
          const fullest = Math.max(
            ...layouts(pods, zones)
              .filter((layout) => Math.max(...layout) - Math.min(...layout) <= maxSkew)
              .flat(),
          )
          expect(zoneLoss).toEqual({ available: pods - fullest, confidence: 'certain' })
        },
      ),
    )
  })
})

/** Every way to lay pods over zones. */
function layouts(pods: number, zones: number): number[][] {
  if (zones === 1) return [[pods]]
  return Array.from({ length: pods + 1 }, (_, first) =>
    layouts(pods - first, zones - 1).map((rest) => [first, ...rest]),
  ).flat()
}

describe('The loss of a node', () => {
  it('takes one pod for certain where no two may share a host', () => {
    const { nodeLoss } = outcomes([replicas(4), ...spread(), requireApart(HOST)])
    expect(nodeLoss).toEqual({ available: 3, confidence: 'certain' })
  })

  it('may take a whole zone of pods where only zones are spread over', () => {
    const { nodeLoss } = outcomes([replicas(6), ...spread({ topologyKey: ZONE })])
    expect(nodeLoss).toEqual({ available: 4, confidence: 'possible' })
  })

  it('leaves pods Pending that must be alone and find no place', () => {
    const { running, nodeLoss } = outcomes([replicas(5), ...spread(), requireApart(ZONE)])
    expect({ running, nodeLoss }).toEqual({
      running: 3,
      nodeLoss: { available: 2, confidence: 'certain' },
    })
  })
})

describe('The loss of a zone after a scale-down', () => {
  const shrunk = (min: number, max: number, zones: number, ...changes: readonly Change[]) => {
    const hpa = 'HorizontalPodAutoscaler/api'
    const range = [set(hpa, 'spec.minReplicas', min), set(hpa, 'spec.maxReplicas', max)]
    const { workloads } = simulateFailures(goodApp(...range, ...changes), { zones })
    return workloads.find(({ workload }) => workload === 'Deployment.apps shop/api')?.shrunk
  }

  it.each([
    [3, 6, 3, { available: 1, confidence: 'possible' }],
    [3, 30, 3, { available: 0, confidence: 'possible' }],
    [12, 30, 3, { available: 2, confidence: 'possible' }],
    // There never were more in a zone.
    [2, 3, 3, { available: 1, confidence: 'expected' }],
    [4, 4, 3, undefined],
  ] as const)('leaves, of %i pods that were %i in %i zones, at worst', (min, max, zones, left) => {
    expect(shrunk(min, max, zones)).toEqual(left)
  })

  it('is no matter of a StatefulSet, which gives back its last pods', () => {
    const scaled = set('HorizontalPodAutoscaler/api', 'spec.scaleTargetRef', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      name: 'ledger',
    })
    const { workloads } = simulateFailures(goodApp(scaled))
    const ledger = workloads.find(({ workload }) => workload === 'StatefulSet.apps shop/ledger')
    expect(ledger?.range.by).toBe('autoscaler')
    expect(ledger).not.toHaveProperty('shrunk')
  })

  it('never leaves fewer, whichever pods the controller takes', () => {
    const world = fc.record({
      zones: fc.integer({ min: 2, max: 4 }),
      min: fc.integer({ min: 1, max: 12 }),
      more: fc.integer({ min: 1, max: 24 }),
    })
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.nat(1_000_000)), ({ zones, min, more }, chances) => {
        const max = min + more
        const left = scaledDown(max, min, zones, () => chances.next().value ?? 0)
        const fullest = Math.max(...left)
        const { available = Number.NaN } = shrunk(min, max, zones) ?? {}
        expect(min - fullest).toBeGreaterThanOrEqual(available)
      }),
    )
  })
})

/**
 * Pods by zone that are left of so many, which stood evenly on two nodes in each zone, when the ReplicaSet
 * controller takes first what shares its node with most, and else whichever.
 */
function scaledDown(from: number, to: number, zones: number, chance: () => number): number[] {
  const nodes = zones * 2
  const pods = Array.from({ length: from }, (_, index) => {
    const node = index % nodes
    const onNode = Math.floor((from - node - 1) / nodes) + 1
    return { zone: node % zones, onNode, chance: chance() }
  })
  const kept = pods.sort((a, b) => a.onNode - b.onNode || a.chance - b.chance).slice(0, to)
  return Array.from({ length: zones }, (_, zone) => kept.filter((pod) => pod.zone === zone).length)
}

describe('A workload comes back', () => {
  it('on another node after the node counts as lost, its toleration, and a start', () => {
    const { recovery } = outcomes([replicas(1)])
    expect(recovery).toEqual({ by: 'replacement', seconds: 50 + 300 + 10 + 120 + 10 })
  })

  it('sooner if it tolerates a lost node for a shorter time', () => {
    const { recovery } = outcomes([
      set(WEB, `${POD}.tolerations`, [
        {
          key: 'node.kubernetes.io/unreachable',
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 60,
        },
      ]),
    ])
    expect(recovery).toEqual({ by: 'replacement', seconds: 50 + 60 + 140 })
  })

  it('when a person acts, if it is a StatefulSet', () => {
    expect(outcomes([], 'StatefulSet.apps shop/ledger').recovery).toEqual({ by: 'person' })
  })

  it('within the term of the lease and one late retry, if it elects a leader', () => {
    const { recovery } = outcomes([
      set(WEB, `${POD}.containers.0.env`, [
        { name: 'LEASE_NAME', value: 'web' },
        { name: 'LEASE_DURATION', value: '15s' },
        { name: 'RETRY_PERIOD', value: '2s' },
      ]),
    ])
    expect(recovery).toEqual({ by: 'election', seconds: 15 + 2 * 1.2 })
  })
})

describe('The table', () => {
  it('has a row for each workload with replicas, and says what it assumes', () => {
    expect(renderSimulation(simulateFailures(goodApp()))).toBe(`\
WORKLOAD                      PODS  DRAIN       NODE LOST  ZONE LOST  UPDATE  AT HPA MAX, ZONE LOST  SHRUNK, ZONE LOST  BACK AFTER
Deployment.apps shop/api      3-30  2 for 3m5s  2~         2~         3 +1    20~ of 30              ! 0?               8m10s
Deployment.apps shop/web      3     2 for 3m5s  2~         2~         3 +1    -                      -                  8m10s
StatefulSet.apps shop/ledger  3     2 for 3m5s  2~         2~         2       -                      -                  when a person acts

Pods that stay available. No mark: certain. ~: expected, the scheduler spreads them so while
there is room. ?: possible, nothing prevents it. !: nothing is left, or a person is needed.
Assumed: 3 zones of 2 nodes; 10 s to schedule and pull; a node is lost after 50 s without a sign;
starts take all of their startup budget; a drain has 15m. One thing fails at a time.
1 workload has no replicas: Jobs, DaemonSets, bare pods.
`)
  })

  it('shows what would not survive first where rows are few', () => {
    const changes = [copy(WEB, 'zzz'), set('Deployment/zzz', 'spec.replicas', 1)]
    const table = renderSimulation(simulateFailures(goodApp(...changes)), { rows: 1 })
    expect(table).toContain('Deployment.apps shop/zzz')
    expect(table).not.toContain('Deployment.apps shop/api')
    expect(table).toContain('… and 3 more; --all shows them.')
  })

  it('says so where there is nothing to show', () => {
    expect(renderSimulation(simulateFailures([]))).toBe('No workload has replicas to lose.\n')
  })
})
