import fc from 'fast-check'
import type {
  AnalysisMetric,
  LatencyMetric,
  MetricLimits,
  QueryMetric,
  SuccessRateMetric,
} from '../../rollouts/analysis-metric.ts'
import type { FreezeWindow } from '../../rollouts/freeze-window.ts'
import type { RolloutPlan, Router } from '../../rollouts/plan.ts'
import { planProblems } from '../../rollouts/plan-problems.ts'
import type { Approval, RequestMatch, RolloutStep, StepGates } from '../../rollouts/step.ts'
import { allNastyStrings } from '../manifests/nasty-strings.ts'

const text = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...allNastyStrings))
  .filter((candidate) => candidate.trim() !== '')

const seconds = fc.integer({ min: 1, max: 3600 })
const percent = fc.double({ min: 0.1, max: 99.9, noNaN: true })

const approval = fc.record<Approval>({
  role: text,
  quorum: fc.integer({ min: 1, max: 5 }),
  deadlineSeconds: seconds,
  onTimeout: fc.constantFrom('abort', 'pause'),
})

const gates = fc.record<StepGates, 'holdSeconds'>(
  { holdSeconds: seconds, approveBefore: approval, approval },
  { requiredKeys: ['holdSeconds'] },
)

const token = fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/)

const match: fc.Arbitrary<RequestMatch> = fc.oneof(
  fc.record({ header: token, value: text }),
  fc.record({ cookie: token, value: text }),
)

const markSteps: fc.Arbitrary<RolloutStep[]> = fc.array(
  fc.tuple(match, gates).map(([mark, rest]) => ({ match: mark, ...rest })),
  { maxLength: 2 },
)

/** Rising, and far enough apart that a hundred pods can make each of them. */
const weightSteps: fc.Arbitrary<RolloutStep[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 })
  .chain((halves) =>
    fc.tuple(
      ...halves
        .sort((a, b) => a - b)
        .map((half) => gates.map((rest): RolloutStep => ({ weight: 2 * half, ...rest }))),
    ),
  )

const scaleStep: fc.Arbitrary<RolloutStep[]> = fc.oneof(
  fc.constant<RolloutStep[]>([]),
  gates.map((rest): RolloutStep[] => [{ scale: 100, ...rest }]),
)

const limits = {
  fromStep: fc.constant(1),
  untilStep: fc.integer({ min: 1, max: 2 }),
  windowSeconds: fc.integer({ min: 60, max: 600 }),
  intervalSeconds: fc.integer({ min: 1, max: 60 }),
  minimumSamples: fc.integer({ min: 1, max: 1000 }),
  noData: fc.constantFrom('hold', 'abort'),
  compareWithStable: fc.boolean(),
} as const satisfies { [Name in Exclude<keyof MetricLimits, 'name'>]: unknown }

const LIMITS = [
  'type',
  'name',
  'fromStep',
  'windowSeconds',
  'intervalSeconds',
  'minimumSamples',
  'noData',
  'compareWithStable',
] as const

const query = text.map((around) => `${around.replaceAll('$', '')} $deployment`)

const metric: fc.Arbitrary<AnalysisMetric> = fc.oneof(
  fc.record<SuccessRateMetric, (typeof LIMITS)[number] | 'atLeastPercent'>(
    { type: fc.constant('success-rate'), name: text, atLeastPercent: percent, ...limits },
    { requiredKeys: [...LIMITS, 'atLeastPercent'] },
  ),
  fc.record<LatencyMetric, (typeof LIMITS)[number] | 'percentile' | 'belowMs'>(
    {
      type: fc.constant('latency'),
      name: text,
      percentile: percent,
      belowMs: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
      ...limits,
    },
    { requiredKeys: [...LIMITS, 'percentile', 'belowMs'] },
  ),
  fc.record<QueryMetric, (typeof LIMITS)[number] | 'query' | 'atMost'>(
    {
      type: fc.constant('query'),
      name: text,
      query,
      samplesQuery: query,
      atLeast: fc.double({ min: -1e6, max: 0, noNaN: true }).map((value) => value + 0),
      atMost: fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value + 0),
      ...limits,
    },
    { requiredKeys: [...LIMITS, 'query', 'atMost'] },
  ),
)

const window = {
  duration: fc.constantFrom('PT12H', 'P2DT6H', 'P1W'),
  timeZone: fc.constantFrom('UTC', 'Asia/Seoul', 'America/New_York'),
  reason: text,
}

const freezeWindow: fc.Arbitrary<FreezeWindow> = fc.oneof(
  fc.record({
    schedule: fc.constantFrom('0 18 * * FRI', '@yearly', '*/5 0-6 1,15 jan-mar ?'),
    ...window,
  }),
  fc.record({
    rrule: fc.constantFrom('FREQ=DAILY;COUNT=1', 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20'),
    dtstart: fc.constantFrom('2026-12-20T18:00', '20261220T180000'),
    ...window,
  }),
)

const routed: fc.Arbitrary<{ router: Router; replicas: { min: number; max: number } }> = fc.record({
  router: fc.record({
    type: fc.constant('route'),
    name: text,
    capabilities: fc.constant({ weights: true, matches: true }),
    settleSeconds: fc.integer({ min: 0, max: 60 }),
  }),
  replicas: fc.constant({ min: 3, max: 30 }),
})

const unrouted: fc.Arbitrary<{ router: Router; replicas: { min: number; max: number } }> =
  fc.record({
    router: fc.record({
      type: fc.constant('replica-ratio'),
      surge: fc.constantFrom(0, 1, '25%' as const),
    }),
    replicas: fc.constant({ min: 100, max: 100 }),
  })

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/)

/** A plan with nothing wrong in it, with texts that are hard to write down. */
export const anyPlan: fc.Arbitrary<RolloutPlan> = fc
  .record({
    app: name,
    namespace: name,
    split: fc.oneof(routed, unrouted),
    markSteps,
    weightSteps,
    scaleStep,
    analysis: fc.uniqueArray(metric, { selector: (each) => each.name, maxLength: 3 }),
    freezeWindows: fc.array(freezeWindow, { maxLength: 2 }),
  })
  .map(
    ({ app, namespace, split, markSteps, weightSteps, scaleStep, ...rest }): RolloutPlan => ({
      apiVersion: 'lockstep.dev/v1alpha1',
      kind: 'RolloutPlan',
      metadata: { name: app, namespace },
      spec: {
        tracks: {
          stable: { deployment: app, service: `${app}-stable` },
          canary: { deployment: `${app}-canary`, service: `${app}-canary`, maxReplicas: 100 },
        },
        ...split,
        steps:
          split.router.type === 'route'
            ? [...markSteps, ...weightSteps.slice(0, -1), ...scaleStep, ...weightSteps.slice(-1)]
            : weightSteps,
        ...rest,
        deadlineSeconds: 1_000_000,
      },
    }),
  )
  .filter((plan) => planProblems(plan).length === 0)
