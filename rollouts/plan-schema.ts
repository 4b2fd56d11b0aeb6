import { z } from 'zod'
import type { IntOrPercent } from '../manifests/rounding.ts'
import { type AnalysisMetric, NO_DATA_POLICIES } from './analysis-metric.ts'
import type { FreezeWindow } from './freeze-window.ts'
import { PLAN_API_VERSION, PLAN_KIND, type RolloutPlan, type Router } from './plan.ts'
import { APPROVAL_TIMEOUTS, type RequestMatch, type RolloutStep } from './step.ts'

/** As Kubernetes has names of Deployments, Services and namespaces. */
export const NAME = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, {
  error: 'must be a name as objects in a cluster have',
})

const TRACK = { deployment: NAME, service: NAME }

const SURGE = z
  .union([z.number(), z.string()])
  .refine((value): value is IntOrPercent => typeof value === 'number' || /^\d+%$/.test(value), {
    error: "must be a count or a percentage, as 1 or '25%'",
  })

const ROUTER: z.ZodType<Router> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('route'),
    name: z.string(),
    capabilities: z.strictObject({ weights: z.boolean(), matches: z.boolean() }),
    settleSeconds: z.number(),
  }),
  z.strictObject({ type: z.literal('replica-ratio'), surge: SURGE }),
])

const APPROVAL = z.strictObject({
  role: z.string(),
  quorum: z.number(),
  deadlineSeconds: z.number(),
  onTimeout: z.enum(APPROVAL_TIMEOUTS),
})

const MATCH: z.ZodType<RequestMatch> = z.union(
  [
    z.strictObject({ header: z.string(), value: z.string() }),
    z.strictObject({ cookie: z.string(), value: z.string() }),
  ],
  { error: 'must have a value, and one of header and cookie' },
)

const GATES = {
  holdSeconds: z.number(),
  approveBefore: APPROVAL.exactOptional(),
  approval: APPROVAL.exactOptional(),
}

const STEP: z.ZodType<RolloutStep> = z.union(
  [
    z.strictObject({ weight: z.number(), ...GATES }),
    z.strictObject({ match: MATCH, ...GATES }),
    z.strictObject({ scale: z.number(), ...GATES }),
  ],
  { error: 'must have one of weight, match and scale' },
)

const LIMITS = {
  name: z.string(),
  fromStep: z.number(),
  untilStep: z.number().exactOptional(),
  windowSeconds: z.number(),
  intervalSeconds: z.number(),
  minimumSamples: z.number(),
  noData: z.enum(NO_DATA_POLICIES),
  compareWithStable: z.boolean(),
}

const METRIC: z.ZodType<AnalysisMetric> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('success-rate'), atLeastPercent: z.number(), ...LIMITS }),
  z.strictObject({
    type: z.literal('latency'),
    percentile: z.number(),
    belowMs: z.number(),
    ...LIMITS,
  }),
  z.strictObject({
    type: z.literal('query'),
    query: z.string(),
    atLeast: z.number().exactOptional(),
    atMost: z.number().exactOptional(),
    samplesQuery: z.string().exactOptional(),
    ...LIMITS,
  }),
])

const WINDOW = { duration: z.string(), timeZone: z.string(), reason: z.string() }

export const FREEZE_WINDOW: z.ZodType<FreezeWindow> = z.union(
  [
    z.strictObject({ schedule: z.string(), ...WINDOW }),
    z.strictObject({ rrule: z.string(), dtstart: z.string(), ...WINDOW }),
  ],
  { error: 'must have a schedule, or an rrule and its dtstart' },
)

/** The fields of a plan and their types. Whether their values make sense `planProblems` says. */
export const PLAN_SCHEMA: z.ZodType<RolloutPlan> = z.strictObject({
  apiVersion: z.literal(PLAN_API_VERSION),
  kind: z.literal(PLAN_KIND),
  metadata: z.strictObject({ name: NAME, namespace: NAME }),
  spec: z.strictObject({
    tracks: z.strictObject({
      stable: z.strictObject(TRACK),
      canary: z.strictObject({ ...TRACK, maxReplicas: z.number() }),
    }),
    replicas: z.strictObject({ min: z.number(), max: z.number() }),
    router: ROUTER,
    steps: z.array(STEP),
    analysis: z.array(METRIC),
    freezeWindows: z.array(FREEZE_WINDOW),
    deadlineSeconds: z.number(),
    wave: z.number().exactOptional(),
  }),
})
