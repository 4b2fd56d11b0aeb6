import type { ArgoGates } from './argo-rollouts-props.ts'
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

/** Asked before each step. */
export const entryName = (app: string): string => `${app}-entry`

/** Asked all along. */
export const refusalName = (app: string): string => `${app}-refusal`

const INTERVAL_SECONDS = 10

/** As many as the field has room for: a gate that is out of reach is waited for. */
const NO_LIMIT = 2 ** 31 - 1

const IS_APPROVED = 'result.state == "approved"'
const IS_REFUSED = 'result.state == "refused"'

/** Templates for everything that our functions are asked. */
export const gateTemplates = (
  context: WorkloadContext,
  gates: ArgoGates,
): readonly AnalysisTemplate[] => [
  {
    name: refusalName(context.app),
    // Without a count it goes on until the release ends.
    spec: gateSpec(context, gates, { successCondition: `!(${IS_REFUSED})`, failureLimit: 0 }),
  },
  {
    name: entryName(context.app),
    spec: gateSpec(context, gates, {
      successCondition: IS_APPROVED,
      failureCondition: IS_REFUSED,
      failureLimit: 0,
      inconclusiveLimit: NO_LIMIT,
      consecutiveSuccessLimit: 1,
    }),
  },
]

function gateSpec(
  { app, namespace, environment }: WorkloadContext,
  { url, tokenSecret }: ArgoGates,
  limits: object,
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
            },
          },
        },
      },
    ],
  }
}
