import type { RolloutSpec } from '../rollouts/plan.ts'
import type { Approval } from '../rollouts/step.ts'
import type { ArgoGates } from './argo-rollouts-props.ts'
import { approvalMetadata } from './engine-gates.ts'
import type { WorkloadContext } from './workload-context.ts'

/** An AnalysisTemplate, apart from what all objects have. */
export interface AnalysisTemplate {
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
}

/** What tells the canary's pods from others: an argument that Argo Rollouts fills in. */
export const CANARY_HASH = {
  name: 'canary-hash',
  valueFrom: { podTemplateHashValue: 'Latest' },
} as const

/** Names of the templates that ask about a step, counted from 1. */
export const gateNames = (app: string, step: number) => ({
  /** Whether any step may be entered. */
  entry: `${app}-entry`,
  before: `${app}-step-${step}-before`,
  after: `${app}-step-${step}-approval`,
})

/** Asked all along. */
export const refusalName = (app: string): string => `${app}-refusal`

const INTERVAL_SECONDS = 10

/** As many as the field has room for: a gate that is out of reach is waited for. */
const NO_LIMIT = 2 ** 31 - 1

const IS_APPROVED = 'result.state == "approved"'
const IS_REFUSED = 'result.state == "refused"'

/** Templates for everything that our functions are asked. */
export function gateTemplates(
  context: WorkloadContext,
  { steps }: RolloutSpec,
  gates: ArgoGates,
): readonly AnalysisTemplate[] {
  const { app } = context
  const template = (name: string, limits: object, metadata = {}): AnalysisTemplate => ({
    name,
    spec: gateSpec(context, gates, limits, metadata),
  })
  const approvals = steps.flatMap(({ approveBefore, approval }, index) => {
    const step = index + 1
    const names = gateNames(app, step)
    return [
      ...(approveBefore === undefined
        ? []
        : [template(names.before, wait(approveBefore), approvalMetadata(approveBefore, step))]),
      ...(approval === undefined
        ? []
        : [template(names.after, wait(approval), approvalMetadata(approval, step))]),
    ]
  })
  return [
    // Without a count it goes on until the release ends.
    template(refusalName(app), { successCondition: `!(${IS_REFUSED})`, failureLimit: 0 }),
    template(gateNames(app, 1).entry, {
      successCondition: IS_APPROVED,
      failureCondition: IS_REFUSED,
      failureLimit: 0,
      inconclusiveLimit: NO_LIMIT,
      consecutiveSuccessLimit: 1,
    }),
    ...approvals,
  ]
}

/**
 * How long an approval is waited for. When so many looks have not found it, the analysis has failed
 * if success alone was asked for, which aborts; with a limit for failures too it is inconclusive,
 * which waits for a person.
 */
function wait({ deadlineSeconds, onTimeout }: Approval): object {
  const count = Math.max(1, Math.ceil(deadlineSeconds / INTERVAL_SECONDS))
  const common = { successCondition: IS_APPROVED, consecutiveSuccessLimit: 1, count }
  return onTimeout === 'abort'
    ? { ...common, failureLimit: -1 }
    : { ...common, failureCondition: IS_REFUSED, failureLimit: 0, inconclusiveLimit: count }
}

function gateSpec(
  { app, namespace, environment }: WorkloadContext,
  { url, tokenSecret }: ArgoGates,
  limits: object,
  metadata: Readonly<Record<string, string>>,
): AnalysisTemplate['spec'] {
  const token = { name: 'token', valueFrom: { secretKeyRef: { name: tokenSecret, key: 'token' } } }
  const authorization = { key: 'Authorization', value: 'Bearer {{args.token}}' }
  return {
    args: [{ name: CANARY_HASH.name }, ...(tokenSecret === undefined ? [] : [token])],
    metrics: [
      {
        name: 'lockstep',
        interval: `${INTERVAL_SECONDS}s`,
        consecutiveErrorLimit: NO_LIMIT,
        ...limits,
        provider: {
          web: {
            method: 'POST',
            url: `${url}/webhooks/argo-rollouts`,
            timeoutSeconds: 10,
            headers: tokenSecret === undefined ? undefined : [authorization],
            jsonBody: {
              namespace,
              app,
              environment: environment.name,
              checksum: `{{args.${CANARY_HASH.name}}}`,
              metadata,
            },
          },
        },
      },
    ],
  }
}
