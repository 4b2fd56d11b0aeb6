import type { Duration } from 'cdk8s'
import type { AnalysisMetric } from '../rollouts/analysis-metric.ts'
import { canaryName, stableServiceName } from '../rollouts/canary-track.ts'
import {
  PLAN_API_VERSION,
  PLAN_KIND,
  type RolloutPlan,
  type RolloutSpec,
  type Router,
} from '../rollouts/plan.ts'
import type { PlanProblem } from '../rollouts/plan-problem.ts'
import { planProblems } from '../rollouts/plan-problems.ts'
import type { RolloutStep } from '../rollouts/step.ts'
import { allSteps } from '../rollouts/step-state.ts'
import { METRIC } from './analysis.ts'
import { list } from './collection-shapes.ts'
import type { RollingUpdate } from './deployment.ts'
import type { Mistakes } from './mistakes.ts'
import { type Options, optional, required } from './options.ts'
import { leastReplicas, mostReplicas, type Replicas } from './replicas.ts'
import { engineProblems, type RolloutEngine } from './rollout-engine.ts'
import { STAND_IN_STEPS, STEPS, type Step, writeSteps } from './step.ts'
import type { Traffic } from './traffic.ts'
import { duration, whole } from './value-shapes.ts'
import type { WorkloadContext } from './workload-context.ts'

/** How an app's releases go. */
export interface RolloutProps {
  /** What happens, in order, before all requests are on the canary. */
  readonly steps: readonly Step[]

  /**
   * What must hold while the canary has requests: made by `successRate`, `latency` and `query`. Empty
   * if people alone judge.
   */
  readonly analysis: readonly AnalysisMetric[]

  /**
   * Longest time from the first step to the promotion. Then the release is aborted.
   *
   * @default - all holds twice, all approvals, and an hour
   */
  readonly deadline?: Duration

  /**
   * Apps of the same environment that are released first have lower numbers: a release starts only
   * once nothing is released in an earlier wave, and nothing was aborted there last.
   *
   * @default 1
   */
  readonly wave?: number
}

export const ROLLOUT_OPTIONS = {
  steps: required(STEPS, STAND_IN_STEPS),
  analysis: required(list(METRIC), []),
  deadline: optional(duration('Duration.hours(4)')),
  wave: optional(whole({ least: 1, example: 2 })),
} satisfies Options<RolloutProps>

export interface WritePlanProps extends RolloutProps {
  readonly replicas: Replicas
  readonly traffic?: Traffic
  readonly rollingUpdate?: RollingUpdate
  /** Who drives the releases. @default - Lockstep */
  readonly engine?: RolloutEngine
}

export interface WrittenPlan {
  readonly plan: RolloutPlan
  /** Whether nothing is wrong with it, so that one can compute with it. */
  readonly isSound: boolean
}

/** The plan as options say it, with all that they leave open filled in. Mistakes are reported. */
export function writePlan(context: WorkloadContext, props: WritePlanProps): WrittenPlan {
  const steps = writeSteps(props.steps)
  const plan: RolloutPlan = {
    apiVersion: PLAN_API_VERSION,
    kind: PLAN_KIND,
    metadata: { name: context.app, namespace: context.namespace },
    spec: {
      tracks: writeTracks(context, props.replicas),
      replicas: { min: leastReplicas(props.replicas), max: mostReplicas(props.replicas) },
      router: writeRouter(props),
      steps,
      analysis: metricsOf(props).map(({ metric }) => metric),
      freezeWindows: context.environment.freezeWindows,
      deadlineSeconds: props.deadline?.toSeconds({ integral: false }) ?? defaultDeadline(steps),
      ...(props.wave !== undefined && { wave: props.wave }),
    },
  }
  const { mistakes } = context
  const before = mistakes.count
  const { replicas, engine } = props
  const engineProps = { spec: plan.spec, replicas, selector: context.selector, mistakes }
  const problems = [
    ...planProblems(plan),
    ...(engine === undefined ? [] : engineProblems(engine, engineProps)),
  ]
  reportProblems(problems, props, mistakes)
  return { plan, isSound: problems.length === 0 && mistakes.count === before }
}

function writeTracks(
  { app, workloadName }: WorkloadContext,
  replicas: Replicas,
): RolloutSpec['tracks'] {
  const canary = canaryName(app)
  return {
    stable: { deployment: workloadName, service: stableServiceName(app) },
    canary: { deployment: canary, service: canary, maxReplicas: mostReplicas(replicas) },
  }
}

function writeRouter({ traffic, rollingUpdate }: WritePlanProps): Router {
  if (traffic === undefined) {
    return { type: 'replica-ratio', surge: rollingUpdate?.maxSurge ?? '25%' }
  }
  const { router: name, capabilities, settle } = traffic
  const settleSeconds = settle?.toSeconds({ integral: false }) ?? DEFAULT_SETTLE_SECONDS
  return { type: 'route', name, capabilities, settleSeconds }
}

/**
 * As long as Istio, the slowest that says so, collects changes at most before it tells its proxies
 * (`PILOT_DEBOUNCE_MAX`). It is part of a step's hold, so only a shorter one gets longer by it.
 */
const DEFAULT_SETTLE_SECONDS = 10

/** Every metric, and the option that says it. Those of a step are looked at in it alone. */
const metricsOf = ({ steps, analysis }: RolloutProps) => [
  ...analysis.map((metric, index) => ({ option: `analysis[${index}]`, metric })),
  ...steps.flatMap((step, at) =>
    (step.analysis ?? []).map((metric, index) => ({
      option: `steps[${at}].analysis[${index}]`,
      metric: { ...metric, fromStep: at + 1, untilStep: at + 1 },
    })),
  ),
]

const HOUR_SECONDS = 60 * 60

function defaultDeadline(steps: readonly RolloutStep[]): number {
  const held = allSteps({ steps }).reduce((sum, { holdSeconds }) => sum + holdSeconds, 0)
  const approvals = steps
    .flatMap(({ approval, approveBefore }) => [approval, approveBefore])
    .reduce((sum, approval) => sum + (approval?.deadlineSeconds ?? 0), 0)
  // A hold that nobody gave is one mistake, not two.
  return Math.ceil(2 * (held || 0) + approvals) + HOUR_SECONDS
}

function reportProblems(
  problems: readonly PlanProblem[],
  props: WritePlanProps,
  mistakes: Mistakes,
): void {
  const metrics = metricsOf(props)
  for (const { field, value, problem, remedy } of problems) {
    if (isReportedElsewhere(field)) continue
    const option = optionOf(field).replace(
      /^analysis\[(\d+)\]/,
      (path, index: string) => metrics[Number(index)]?.option ?? path,
    )
    if (isTakenOver(option, props)) continue
    mistakes.add({
      option,
      ...(!Number.isNaN(value) && { value }),
      problem,
      remedy,
    })
  }
}

/** Whether it is the hold of a step that says none: what is wrong is wrong in a step before. */
function isTakenOver(option: string, { steps }: RolloutProps): boolean {
  const index = Number(/^steps\[(\d+)\]\.hold$/.exec(option)?.[1] ?? 0)
  return index > 0 && steps[index]?.hold === undefined
}

/** By the environment, once for all its apps, and by the check of `replicas`. */
const isReportedElsewhere = (field: PlanProblem['field']): boolean =>
  field.startsWith('spec.freezeWindows') || field === 'spec.replicas.min'

/** The option behind a field of the plan: units are in its type there, in its name here. */
const optionOf = (field: string): string =>
  field
    .replace(/^spec\./, '')
    .replace(/^router$/, 'traffic')
    .replace(/^router\.settle/, 'traffic.settle')
    .replace(/^router\.surge$/, 'rollingUpdate.maxSurge')
    .replace(/^tracks\.canary\.maxReplicas$/, 'replicas.max')
    .replace(/(Seconds|Percent|Ms)$/, '')
    .replace(/samplesQuery$/, 'samples')
