import { describe, expect, it } from 'vitest'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { planProblems } from '../../rollouts/plan-problems.ts'
import { planWith, ratioSpec, soundPlan } from './plan-fixture.ts'

/** A copy with one field set to something that the types may forbid; `undefined` takes it out. */
function altered(plan: RolloutPlan, path: string, value: unknown): RolloutPlan {
  const copy = structuredClone(plan)
  const names = path.split('.')
  const last = names.pop()!
  let parent = copy as unknown as Record<string, unknown>
  for (const name of names) parent = parent[name] as Record<string, unknown>
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}

it('finds nothing wrong with a sound plan, with a router and without', () => {
  expect(planProblems(soundPlan)).toEqual([])
  expect(planProblems(planWith(ratioSpec))).toEqual([])
})

const weights = (...all: number[]) => all.map((weight) => ({ weight, holdSeconds: 60 }))

describe.each([
  // Steps
  ['no steps', 'spec.steps', [], 'spec.steps', /at least one step/],
  ['a weight of 0', 'spec.steps.1.weight', 0, 'spec.steps[1].weight', /1 to 100/],
  ['a weight above 100', 'spec.steps.4.weight', 101, 'spec.steps[4].weight', /1 to 100/],
  ['a fraction of a percent', 'spec.steps.1.weight', 2.5, 'spec.steps[1].weight', /whole/],
  [
    'a weight that stays',
    'spec.steps',
    weights(5, 5, 6, 7),
    'spec.steps[1].weight',
    /more than the 5/,
  ],
  ['a weight that falls', 'spec.steps', weights(50, 20, 60), 'spec.steps[1].weight', /more than/],
  ['no hold', 'spec.steps.1.holdSeconds', undefined, 'spec.steps[1].holdSeconds', /whole number/],
  ['a negative hold', 'spec.steps.1.holdSeconds', -1, 'spec.steps[1].holdSeconds', /whole number/],
  ['a scale of 0', 'spec.steps.2.scale', 0, 'spec.steps[2].scale', /1 to 100/],
  ['a scale that is there', 'spec.steps.2.scale', 5, 'spec.steps[2].scale', /changes nothing/],
  ['a scale below the weight', 'spec.steps.2.scale', 4, 'spec.steps[2].scale', /not carry the 5 %/],
  [
    'a header with a space',
    'spec.steps.0.match.header',
    'x y',
    'spec.steps[0].match.header',
    /name/,
  ],
  [
    'a mark without value',
    'spec.steps.0.match.value',
    '',
    'spec.steps[0].match.value',
    /1 to 4,096/,
  ],
  // Gates
  [
    'an approval without deadline',
    'spec.steps.4.approval.deadlineSeconds',
    undefined,
    'spec.steps[4].approval.deadlineSeconds',
    /for ever/,
  ],
  [
    'an approval by nobody',
    'spec.steps.4.approval.role',
    ' ',
    'spec.steps[4].approval.role',
    /who/,
  ],
  [
    'an approval by no people',
    'spec.steps.4.approval.quorum',
    0,
    'spec.steps[4].approval.quorum',
    /at least 1/,
  ],
  [
    'an unknown time-out',
    'spec.steps.4.approval.onTimeout',
    'promote',
    'spec.steps[4].approval.onTimeout',
    /abort, pause/,
  ],
  [
    'an approval before entering without deadline',
    'spec.steps.1.approveBefore',
    { role: 'owners', quorum: 1, onTimeout: 'pause' },
    'spec.steps[1].approveBefore.deadlineSeconds',
    /for ever/,
  ],
  // Router and capacity
  [
    'a router without weights',
    'spec.router.capabilities.weights',
    false,
    'spec.router',
    /split requests/,
  ],
  [
    'a match that the router cannot see',
    'spec.router.capabilities.matches',
    false,
    'spec.steps[0].match',
    /does not look into requests/,
  ],
  [
    'no time to settle',
    'spec.router.settleSeconds',
    undefined,
    'spec.router.settleSeconds',
    /whole number of seconds/,
  ],
  [
    'a negative time to settle',
    'spec.router.settleSeconds',
    -1,
    'spec.router.settleSeconds',
    /whole number of seconds/,
  ],
  [
    'a canary that cannot carry full weight',
    'spec.tracks.canary.maxReplicas',
    29,
    'spec.tracks.canary.maxReplicas',
    /not carry step 6: 100 % of 30 pods are 30/,
  ],
  [
    'a canary that cannot carry a step',
    'spec.tracks.canary.maxReplicas',
    11,
    'spec.tracks.canary.maxReplicas',
    /not carry step 3: 40 % of 30 pods are 12/,
  ],
  [
    'a range upside down',
    'spec.replicas',
    { min: 5, max: 4 },
    'spec.replicas.min',
    /no smaller one/,
  ],
  // Analysis
  [
    'no policy for no data',
    'spec.analysis.0.noData',
    undefined,
    'spec.analysis[0].noData',
    /hold or/,
  ],
  [
    'no data as success',
    'spec.analysis.0.noData',
    'pass',
    'spec.analysis[0].noData',
    /hold or abort/,
  ],
  ['two metrics of one name', 'spec.analysis.1.name', 'queue', 'spec.analysis[2].name', /another/],
  ['a metric without name', 'spec.analysis.1.name', '', 'spec.analysis[1].name', /empty/],
  [
    'a success rate of 100',
    'spec.analysis.0.atLeastPercent',
    100,
    'spec.analysis[0].atLeastPercent',
    /below 100/,
  ],
  [
    'a percentile of 100',
    'spec.analysis.1.percentile',
    100,
    'spec.analysis[1].percentile',
    /below 100/,
  ],
  ['a latency of nothing', 'spec.analysis.1.belowMs', 0, 'spec.analysis[1].belowMs', /above 0/],
  ['a step that is none', 'spec.analysis.1.fromStep', 0, 'spec.analysis[1].fromStep', /1 to 6/],
  [
    'an end before the start',
    'spec.analysis.1.untilStep',
    1,
    'spec.analysis[1].untilStep',
    /2 to 6/,
  ],
  [
    'an interval of nothing',
    'spec.analysis.0.intervalSeconds',
    0,
    'spec.analysis[0].intervalSeconds',
    /at least 1/,
  ],
  [
    'a window below the interval',
    'spec.analysis.0.windowSeconds',
    9,
    'spec.analysis[0].windowSeconds',
    /interval of 10/,
  ],
  [
    'a verdict on no samples',
    'spec.analysis.0.minimumSamples',
    0,
    'spec.analysis[0].minimumSamples',
    /at least 1/,
  ],
  ['an empty query', 'spec.analysis.2.query', '', 'spec.analysis[2].query', /empty/],
  [
    'a query for both tracks',
    'spec.analysis.2.query',
    'max(queue_length{app="$app"})',
    'spec.analysis[2].query',
    /both at once/,
  ],
  [
    'a query with an unknown variable',
    'spec.analysis.2.query',
    'max(queue_length{pod="$pod"})',
    'spec.analysis[2].query',
    /\$pod/,
  ],
  [
    'a count of samples of both tracks',
    'spec.analysis.2.samplesQuery',
    'count(queue_length)',
    'spec.analysis[2].samplesQuery',
    /both at once/,
  ],
  ['a query without limit', 'spec.analysis.2.atMost', undefined, 'spec.analysis[2]', /limit/],
  ['limits that exclude each other', 'spec.analysis.2.atLeast', 101, 'spec.analysis[2]', /limit/],
  // Time
  ['no deadline', 'spec.deadlineSeconds', undefined, 'spec.deadlineSeconds', /above 0/],
  [
    'a deadline that the holds use up',
    'spec.deadlineSeconds',
    60 + 120 + 30 + 120 + 0 + 120,
    'spec.deadlineSeconds',
    /450 s/,
  ],
  [
    'a freeze window that is no cron expression',
    'spec.freezeWindows.0.schedule',
    'fridays',
    'spec.freezeWindows[0].schedule',
    /five fields/,
  ],
  [
    'a freeze window with seconds',
    'spec.freezeWindows.0.schedule',
    '0 0 18 * * FRI',
    'spec.freezeWindows[0].schedule',
    /has 6/,
  ],
  [
    'a freeze window from whenever',
    'spec.freezeWindows.0.schedule',
    '@every 12h',
    'spec.freezeWindows[0].schedule',
    /times/,
  ],
  [
    'a freeze window of a length in words',
    'spec.freezeWindows.0.duration',
    '12h',
    'spec.freezeWindows[0].duration',
    /ISO 8601/,
  ],
  [
    'a freeze window of no length',
    'spec.freezeWindows.0.duration',
    'PT0S',
    'spec.freezeWindows[0].duration',
    /ISO 8601/,
  ],
  [
    'a freeze window in no time zone',
    'spec.freezeWindows.0.timeZone',
    'Asia/Seol',
    'spec.freezeWindows[0].timeZone',
    /IANA/,
  ],
  [
    'a freeze window in an offset',
    'spec.freezeWindows.0.timeZone',
    '+09:00',
    'spec.freezeWindows[0].timeZone',
    /IANA/,
  ],
  [
    'a freeze window without reason',
    'spec.freezeWindows.0.reason',
    ' ',
    'spec.freezeWindows[0].reason',
    /why/,
  ],
] as const)('%s', (_, path, value, field, problem) => {
  it(`is one problem, at ${field}`, () => {
    const problems = planProblems(altered(soundPlan, path, value))
    expect(problems).toEqual([
      expect.objectContaining({
        field,
        problem: expect.stringMatching(problem),
        remedy: expect.stringMatching(/./),
      }),
    ])
  })
})

describe.each([
  [
    'a weight finer than the pods',
    'spec.steps',
    weights(1, 25),
    'spec.steps[0].weight',
    /1 of 13 pods are 7.7 %/,
  ],
  [
    'two weights that are the same pods',
    'spec.steps',
    weights(25, 26),
    'spec.steps[1].weight',
    /same as the step before/,
  ],
  [
    'a match',
    'spec.steps.0',
    { match: { cookie: 'canary', value: '1' }, holdSeconds: 60 },
    'spec.steps[0].match',
    /without a router/,
  ],
  [
    'pods without traffic',
    'spec.steps.0',
    { scale: 5, holdSeconds: 60 },
    'spec.steps[0].scale',
    /share/,
  ],
  [
    'an autoscaler',
    'spec.replicas',
    { min: 9, max: 10 },
    'spec.replicas',
    /slower canary would get more/,
  ],
] as const)('without a router, %s', (_, path, value, field, problem) => {
  it(`is one problem, at ${field}`, () => {
    expect(planProblems(altered(planWith(ratioSpec), path, value))).toEqual([
      expect.objectContaining({ field, problem: expect.stringMatching(problem) }),
    ])
  })
})

it('lets a step without hold pass only if something else gates it', () => {
  const steps = [
    { weight: 5, holdSeconds: 0 },
    { weight: 50, holdSeconds: 60 },
  ]
  expect(planProblems(planWith({ steps, analysis: soundPlan.spec.analysis.slice(0, 1) }))).toEqual(
    [],
  )
  expect(planProblems(planWith({ steps, analysis: [] }))).toMatchObject([
    { field: 'spec.steps[0].holdSeconds', problem: expect.stringContaining('above 0') },
  ])
})

it('reports all mistakes at once', () => {
  const plan = planWith({
    steps: [{ weight: 0, holdSeconds: -1 }, ...weights(5, 4, 6)],
    deadlineSeconds: 0,
  })
  expect(planProblems(plan).map(({ field }) => field)).toEqual([
    'spec.steps[0].weight',
    'spec.steps[0].holdSeconds',
    'spec.steps[2].weight',
    'spec.deadlineSeconds',
  ])
})
