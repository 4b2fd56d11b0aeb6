import type { JsonSchema } from '../../checks/schema/json-schema.ts'

type Range = Pick<JsonSchema, 'minimum' | 'maximum' | 'format'>

const NOT_NEGATIVE: Range = { minimum: 0 }
const POSITIVE: Range = { minimum: 1 }
const PORT: Range = { minimum: 1, maximum: 65_535 }
/** 0 says the same as leaving it out. */
const OPTIONAL_PORT: Range = { minimum: 0, maximum: 65_535 }
/** A port, or the name that one has in a container. */
const PORT_OR_NAME: Range = { format: 'port' }
const ID: Range = { minimum: 0, maximum: 2 ** 31 - 1 }
const WEIGHT: Range = { minimum: 1, maximum: 100 }
const FILE_MODE: Range = { minimum: 0, maximum: 0o777 }
const WEBHOOK_TIMEOUT: Range = { minimum: 1, maximum: 30 }

const workload = {
  minReadySeconds: NOT_NEGATIVE,
  progressDeadlineSeconds: NOT_NEGATIVE,
  replicas: NOT_NEGATIVE,
  revisionHistoryLimit: NOT_NEGATIVE,
}

const securityContext = { fsGroup: ID, runAsGroup: ID, runAsUser: ID }

const deviceRequest = { count: NOT_NEGATIVE }

/**
 * Numbers that the API server takes although its OpenAPI documents do not say which: its code does. Here
 * are bounds of single fields; what depends on other fields is for rules.
 */
const RANGES: Readonly<Record<string, Readonly<Record<string, Range>>>> = {
  'admissionregistration.v1.MutatingWebhook': { timeoutSeconds: WEBHOOK_TIMEOUT },
  'admissionregistration.v1.ServiceReference': { port: PORT },
  'admissionregistration.v1.ValidatingWebhook': { timeoutSeconds: WEBHOOK_TIMEOUT },
  'apiextensions.v1.ServiceReference': { port: PORT },
  'apiregistration.v1.APIServiceSpec': {
    groupPriorityMinimum: { minimum: 1, maximum: 20_000 },
    versionPriority: { minimum: 1, maximum: 1000 },
  },
  'apiregistration.v1.ServiceReference': { port: PORT },
  'apps.v1.DaemonSetSpec': workload,
  'apps.v1.DeploymentSpec': workload,
  'apps.v1.ReplicaSetSpec': workload,
  'apps.v1.RollingUpdateStatefulSetStrategy': { partition: NOT_NEGATIVE },
  'apps.v1.StatefulSetOrdinals': { start: NOT_NEGATIVE },
  'apps.v1.StatefulSetSpec': { minReadySeconds: NOT_NEGATIVE, replicas: NOT_NEGATIVE },
  'autoscaling.v1.HorizontalPodAutoscalerSpec': {
    maxReplicas: POSITIVE,
    minReplicas: NOT_NEGATIVE,
    targetCPUUtilizationPercentage: POSITIVE,
  },
  'autoscaling.v2.HPAScalingPolicy': {
    periodSeconds: { minimum: 1, maximum: 1800 },
    value: POSITIVE,
  },
  'autoscaling.v2.HPAScalingRules': { stabilizationWindowSeconds: { minimum: 0, maximum: 3600 } },
  'autoscaling.v2.HorizontalPodAutoscalerSpec': {
    maxReplicas: POSITIVE,
    minReplicas: NOT_NEGATIVE,
  },
  'autoscaling.v2.MetricTarget': { averageUtilization: POSITIVE },
  'batch.v1.CronJobSpec': {
    failedJobsHistoryLimit: NOT_NEGATIVE,
    startingDeadlineSeconds: NOT_NEGATIVE,
    successfulJobsHistoryLimit: NOT_NEGATIVE,
  },
  'batch.v1.JobSpec': {
    activeDeadlineSeconds: NOT_NEGATIVE,
    backoffLimit: NOT_NEGATIVE,
    backoffLimitPerIndex: NOT_NEGATIVE,
    completions: NOT_NEGATIVE,
    maxFailedIndexes: NOT_NEGATIVE,
    parallelism: NOT_NEGATIVE,
    ttlSecondsAfterFinished: NOT_NEGATIVE,
  },
  'coordination.v1.LeaseSpec': { leaseDurationSeconds: POSITIVE, leaseTransitions: NOT_NEGATIVE },
  'core.v1.ClientIPConfig': { timeoutSeconds: { minimum: 1, maximum: 86_400 } },
  'core.v1.ConfigMapVolumeSource': { defaultMode: FILE_MODE },
  'core.v1.ContainerPort': { containerPort: PORT, hostPort: OPTIONAL_PORT },
  'core.v1.DownwardAPIVolumeFile': { mode: FILE_MODE },
  'core.v1.DownwardAPIVolumeSource': { defaultMode: FILE_MODE },
  'core.v1.GRPCAction': { port: PORT },
  'core.v1.HTTPGetAction': { port: PORT_OR_NAME },
  'core.v1.KeyToPath': { mode: FILE_MODE },
  'core.v1.PodSecurityContext': securityContext,
  'core.v1.PodSpec': { activeDeadlineSeconds: { minimum: 1, maximum: 2 ** 31 - 1 } },
  'core.v1.PreferredSchedulingTerm': { weight: WEIGHT },
  'core.v1.Probe': {
    failureThreshold: NOT_NEGATIVE,
    initialDelaySeconds: NOT_NEGATIVE,
    periodSeconds: NOT_NEGATIVE,
    successThreshold: NOT_NEGATIVE,
    terminationGracePeriodSeconds: POSITIVE,
    timeoutSeconds: NOT_NEGATIVE,
  },
  'core.v1.ProjectedVolumeSource': { defaultMode: FILE_MODE },
  'core.v1.ReplicationControllerSpec': workload,
  'core.v1.SecretVolumeSource': { defaultMode: FILE_MODE },
  'core.v1.SecurityContext': securityContext,
  'core.v1.ServiceAccountTokenProjection': {
    expirationSeconds: { minimum: 600, maximum: 2 ** 32 },
  },
  'core.v1.ServicePort': {
    // Its range is a setting of the cluster.
    nodePort: OPTIONAL_PORT,
    port: PORT,
    targetPort: { format: 'target-port' },
  },
  'core.v1.SleepAction': { seconds: NOT_NEGATIVE },
  'core.v1.TCPSocketAction': { port: PORT_OR_NAME },
  'core.v1.TopologySpreadConstraint': { maxSkew: POSITIVE, minDomains: POSITIVE },
  'core.v1.WeightedPodAffinityTerm': { weight: WEIGHT },
  'flowcontrol.v1.FlowSchemaSpec': { matchingPrecedence: { minimum: 0, maximum: 10_000 } },
  'networking.v1.NetworkPolicyPort': { endPort: PORT, port: PORT_OR_NAME },
  'networking.v1.ServiceBackendPort': { number: PORT },
  'resource.v1.DeviceSubRequest': deviceRequest,
  'resource.v1.ExactDeviceRequest': deviceRequest,
  'scheduling.v1.PriorityClass': { value: { maximum: 1_000_000_000 } },
}

/** The schema with the numbers that the API server takes. */
export function withNumberRanges(name: string, schema: JsonSchema): JsonSchema {
  const ranges = RANGES[name]
  if (ranges === undefined || schema.properties === undefined) return schema
  const properties = Object.entries(schema.properties).map(([field, property]) => {
    const range = ranges[field]
    return [field, range === undefined ? property : withRange(property, range)] as const
  })
  return { ...schema, properties: Object.fromEntries(properties) }
}

/** A format replaces the definition of a number or string that may be any. */
const withRange = ({ $ref, ...property }: JsonSchema, range: Range): JsonSchema => ({
  ...property,
  ...range,
})
