import type { FieldReason } from './field-reason.ts'
import { POD_FIELD_REASONS } from './pod-field-reasons.ts'

/**
 * Told by `lockstep explain`. The first entry that matches counts, so the particular stand before
 * the general.
 */
export const FIELD_REASONS: readonly FieldReason[] = [
  ...POD_FIELD_REASONS,
  {
    path: 'metadata.name',
    option: 'id',
    why: 'the id of the construct, so that moving code renames nothing',
  },
  {
    path: 'metadata.namespace',
    why: 'the Namespace around the construct',
    rule: 'namespace/default',
  },
  {
    path: 'metadata.annotations',
    option: 'waivers',
    why: 'rules that are broken knowingly, here or by the defaults, and hints for other tools',
  },
  { path: 'metadata.labels', why: 'who it belongs to: app, environment, owner, version' },
  {
    path: 'spec.replicas',
    kinds: ['Deployment'],
    option: 'replicas',
    why: 'a fixed number; with an autoscaler the field is absent, or each sync would reset it',
    rule: 'hpa/replicas-in-git',
  },
  { path: 'spec.replicas', kinds: ['StatefulSet'], why: 'a singleton is one' },
  {
    path: 'spec.selector',
    kinds: ['Deployment', 'StatefulSet', 'PodDisruptionBudget', 'Service'],
    option: 'adopt',
    why: 'name and instance, nothing that changes: a selector cannot change during the life of a workload',
    rule: 'selector/overlap',
  },
  {
    path: 'spec.strategy',
    option: 'rollingUpdate',
    why: 'new pods before old ones go, so a rollout never has fewer than there were; or Recreate where two must not run',
  },
  {
    path: 'spec.minReadySeconds',
    option: 'rollingUpdate.minReadySeconds',
    why: 'time for load balancers to know the pod, and for one that fails soon to be noticed',
  },
  {
    path: 'spec.progressDeadlineSeconds',
    why: 'at least 600 s, and twice the longest start allowed, plus minReadySeconds and 120 s: a slow start is no failed rollout',
    rule: 'probe/startup-vs-deadline',
  },
  {
    path: 'spec.revisionHistoryLimit',
    why: 'old ReplicaSets that a revert in Git finds again',
    rule: 'rollout/no-history',
  },
  {
    path: 'spec.serviceName',
    kinds: ['StatefulSet'],
    why: 'the headless Service that gives the pod its name',
    rule: 'statefulset/headless-service',
  },
  {
    path: 'spec.podManagementPolicy',
    kinds: ['StatefulSet'],
    why: 'one after the other: never two',
  },
  {
    path: 'spec.updateStrategy',
    kinds: ['StatefulSet'],
    why: 'the old pod ends before the new one starts',
  },
  {
    path: 'spec.persistentVolumeClaimRetentionPolicy',
    kinds: ['StatefulSet'],
    why: 'data outlives the StatefulSet; deleting it is a decision of its own',
  },
  {
    path: 'spec.volumeClaimTemplates',
    kinds: ['StatefulSet'],
    option: 'guarantee',
    why: 'ReadWriteOncePod: the storage itself refuses a second pod',
  },
  {
    path: 'spec',
    kinds: ['PersistentVolumeClaim'],
    option: 'guarantee',
    why: 'ReadWriteOncePod: the storage itself refuses a second pod',
  },
  { path: 'spec.schedule', kinds: ['CronJob'], option: 'schedule', why: 'as given' },
  {
    path: 'spec.timeZone',
    kinds: ['CronJob'],
    option: 'timeZone',
    why: 'as given; without it the zone of the controller decides',
  },
  { path: 'spec.suspend', kinds: ['CronJob'], option: 'suspend', why: 'as given' },
  {
    path: 'spec.concurrencyPolicy',
    kinds: ['CronJob'],
    why: 'the next run is skipped while one runs, which is not a lock: a Job made by hand is not seen',
  },
  {
    path: 'spec.startingDeadlineSeconds',
    kinds: ['CronJob'],
    why: 'a run that is later than that is skipped; under 10 s it might never start',
  },
  {
    path: 'spec.successfulJobsHistoryLimit',
    kinds: ['CronJob'],
    why: 'enough to see what happened, not more',
  },
  {
    path: 'spec.failedJobsHistoryLimit',
    kinds: ['CronJob'],
    why: 'enough to see what happened, not more',
  },
  { path: 'spec.jobTemplate.metadata', kinds: ['CronJob'], why: 'who it belongs to' },
  {
    path: 'spec.jobTemplate.spec',
    kinds: ['CronJob'],
    option: 'deadline, retries',
    why: 'bounded retries and a bounded time; an eviction counts as no failure, and a new pod waits for the end of the old one',
  },
  {
    path: 'spec.minReplicas',
    kinds: ['HorizontalPodAutoscaler'],
    option: 'replicas.min',
    why: 'as given, or enlarged by `surviving`',
  },
  {
    path: 'spec.maxReplicas',
    kinds: ['HorizontalPodAutoscaler'],
    option: 'replicas.max',
    why: 'as given, or enlarged by `surviving`',
  },
  {
    path: 'spec.scaleTargetRef',
    kinds: ['HorizontalPodAutoscaler'],
    why: 'the workload of the same app',
  },
  {
    path: 'spec.metrics',
    kinds: ['HorizontalPodAutoscaler'],
    option: 'replicas.cpu, replicas.memory',
    why: 'of the container of the app alone: sidecars would dilute it',
    rule: 'hpa/requests-missing',
  },
  {
    path: 'spec.behavior',
    kinds: ['HorizontalPodAutoscaler'],
    why: 'up at once, down slowly: a needless pod for five minutes is cheaper than one missing',
  },
  {
    path: 'spec.unhealthyPodEvictionPolicy',
    kinds: ['PodDisruptionBudget'],
    why: 'pods that crash must not hold up the repair of their node',
  },
  {
    path: 'spec',
    kinds: ['PodDisruptionBudget'],
    option: 'budget',
    why: 'one pod in ten at most, and always at least one, or no node could ever be drained',
    rule: 'pdb/never-evictable',
  },
  {
    path: 'spec.clusterIP',
    kinds: ['Service'],
    why: 'headless: a StatefulSet needs one to name its pod',
  },
  {
    path: 'spec.type',
    kinds: ['Service'],
    why: 'inside the cluster only; from outside requests come by a route',
  },
  {
    path: 'spec.publishNotReadyAddresses',
    kinds: ['Service'],
    why: 'the name of the pod is known before it is ready',
  },
  {
    path: 'spec.ports',
    kinds: ['Service'],
    option: 'port',
    why: 'port 80, to the port of the pods',
  },
  {
    path: 'spec.podSelector',
    kinds: ['NetworkPolicy'],
    why: 'the pods of the app, by one label: some checkers count two as none',
  },
  {
    path: 'spec.policyTypes',
    kinds: ['NetworkPolicy'],
    why: 'what is not named is denied, both ways',
  },
  {
    path: 'spec.ingress',
    kinds: ['NetworkPolicy'],
    option: 'network.ingressFrom, traffic',
    why: 'whom the options name, and the router',
  },
  {
    path: 'spec.egress',
    kinds: ['NetworkPolicy'],
    option: 'network.egressTo',
    why: 'DNS over UDP and TCP, and whom the options name',
  },
  {
    path: 'spec',
    kinds: ['HTTPRoute', 'Ingress'],
    option: 'traffic',
    why: 'as given; weights are written out, zero too',
  },
  {
    path: 'spec',
    kinds: ['Canary', 'MetricTemplate'],
    option: 'engine',
    why: 'the steps and metrics of the app, as Flagger has them',
  },
  {
    path: 'spec',
    kinds: ['Rollout', 'AnalysisTemplate'],
    option: 'engine',
    why: 'the steps and metrics of the app, as Argo Rollouts has them; it has the pods, by the template of the Deployment',
  },
  {
    path: 'automountServiceAccountToken',
    kinds: ['ServiceAccount'],
    why: 'no token for who never asks the API',
  },
  {
    path: 'immutable',
    kinds: ['ConfigMap'],
    why: 'the name carries the hash of the content, so it never changes',
  },
  { path: 'data', kinds: ['ConfigMap'], option: 'files', why: 'as given' },
  { path: 'rules', kinds: ['Role'], why: 'its Leases by name, and no right to create any' },
  {
    path: 'rules',
    kinds: ['ClusterRole'],
    why: 'what cannot be granted in a namespace: which cluster it is, for fencing tokens, and, for a server of locks, to have its callers reviewed',
  },
  {
    path: 'roleRef',
    kinds: ['RoleBinding', 'ClusterRoleBinding'],
    why: 'the role of the same app or lock; of a server of locks, that of each lock',
  },
  {
    path: 'subjects',
    kinds: ['RoleBinding', 'ClusterRoleBinding'],
    option: 'users',
    why: 'the ServiceAccount of the same app; of a lock, those who may hold it',
  },
  {
    path: 'spec',
    kinds: ['FlowSchema', 'PriorityLevelConfiguration'],
    why: 'whatever the account asks for is in a level of its own, so that lock traffic neither waits behind others nor keeps them waiting',
  },
  {
    path: 'spec',
    kinds: ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
    why: 'what RBAC cannot say: an elector acts on its own pod alone, a fencing token never goes back, and nobody writes with an older one',
  },
]
