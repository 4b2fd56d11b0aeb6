import type { FieldReason } from './field-reason.ts'

/** Why the fields of a pod template have their values. Paths start at the template. */
export const POD_FIELD_REASONS: readonly FieldReason[] = [
  {
    path: '<pod>.metadata.labels',
    why: 'the selector, and what says something about the pod itself: any other label would replace every pod when it changes',
  },
  {
    path: '<pod>.metadata.annotations',
    why: 'the scratch volumes may be thrown away, so they do not keep the node from being removed',
    rule: 'ca/blocks-scale-down',
  },
  {
    path: '<pod>.spec.serviceAccountName',
    option: 'serviceAccount',
    why: 'an identity of its own, without rights',
  },
  {
    path: '<pod>.spec.automountServiceAccountToken',
    option: 'kubernetesApi',
    why: 'no token for who never asks the API; who does gets one that is renewed every hour',
  },
  {
    path: '<pod>.spec.enableServiceLinks',
    why: 'variables for every Service of the namespace are clutter, and too many stop a pod from starting',
  },
  {
    path: '<pod>.spec.restartPolicy',
    why: 'a service is restarted; a job makes a new pod, so that its logs stay',
  },
  {
    path: '<pod>.spec.securityContext',
    why: 'Pod Security `restricted`; a numeric user above 10000, that no node has',
    rule: 'security/restricted',
  },
  {
    path: '<pod>.spec.priorityClassName',
    option: 'priorityClass',
    why: 'as given',
  },
  {
    path: '<pod>.spec.shareProcessNamespace',
    option: 'guarantee',
    why: 'the elector must be able to stop the work before its lease expires',
  },
  {
    path: '<pod>.spec.terminationGracePeriodSeconds',
    option: 'shutdown',
    why: 'preStop + drain + 5 s: the clock starts before preStop',
    rule: 'grace/prestop-budget',
  },
  {
    path: '<pod>.spec.topologySpreadConstraints',
    option: 'spread',
    why: 'over zones and hosts, counting pods of the same revision only; both are listed, since any constraint switches the defaults of the scheduler off',
    rule: 'spread/selector-self',
  },
  {
    path: '<pod>.spec.affinity',
    option: 'spread',
    why: 'not two on one host where it can be helped; a preference, since a requirement can deadlock a rollout',
    rule: 'spread/required-surge-deadlock',
  },
  {
    path: '<pod>.spec.volumes',
    option: 'files, secretFiles, scratch',
    why: 'what the options mount, and `/tmp`, since the root file system is read-only',
  },
  {
    path: '<pod>.spec.*Containers[].imagePullPolicy',
    why: 'a digest is the same bits from anywhere, so a registry that is down stops no restart; a tag is pulled every time',
  },
  {
    path: '<pod>.spec.*Containers[].image',
    option: 'image',
    why: 'by digest: a tag can move without a commit',
    rule: 'image/digest',
  },
  {
    path: '<pod>.spec.*Containers[].command',
    option: 'command',
    why: 'a list, no shell: a shell passes no signals on',
    rule: 'pid1/shell-wrapper',
  },
  { path: '<pod>.spec.*Containers[].args', option: 'args', why: 'as given' },
  {
    path: '<pod>.spec.*Containers[].env',
    option: 'env',
    why: 'as given, by name',
  },
  {
    path: '<pod>.spec.*Containers[].name',
    option: 'id',
    why: 'the app, or the key under `sidecars` and `initContainers`',
  },
  {
    path: '<pod>.spec.*Containers[].ports',
    option: 'port',
    why: 'as given, under one name that Services and probes use',
  },
  {
    path: '<pod>.spec.*Containers[].resources',
    option: 'resources',
    why: 'memory as request and limit alike; CPU may use four times its request and at least one core',
    rule: 'resources/required',
  },
  {
    path: '<pod>.spec.*Containers[].securityContext',
    why: 'Pod Security `restricted`, on init containers too',
    rule: 'security/restricted',
  },
  {
    path: '<pod>.spec.*Containers[].readinessProbe',
    option: 'health.ready',
    why: 'decides about traffic; quicker than liveness, since relieving a pod is cheap',
  },
  {
    path: '<pod>.spec.*Containers[].livenessProbe',
    option: 'health.live',
    why: 'decides about restarts; never the same as readiness, or a busy pod is killed',
    rule: 'probe/liveness-aggressive',
  },
  {
    path: '<pod>.spec.*Containers[].startupProbe',
    option: 'health.startsWithin',
    why: 'nothing else is asked until it passes; its failures times its period are the time that a start may take',
  },
  {
    path: '<pod>.spec.*Containers[].lifecycle',
    option: 'shutdown.preStop',
    why: 'goes on as before while load balancers forget the pod',
  },
  {
    path: '<pod>.spec.*Containers[].restartPolicy',
    option: 'sidecars',
    why: 'a native sidecar: starts before the app and ends after it',
  },
  {
    path: '<pod>.spec.*Containers[].volumeMounts',
    option: 'files, secretFiles, scratch',
    why: 'where the container sees its volumes',
  },
]
