import { POD_ANNOTATIONS } from './pod-annotations.ts'
import { conditions, containers, type Delay, type Expression, ended, stage } from './stage.ts'

const annotation = (name: string) => `.metadata.annotations["${name}"]`
const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status'
const isRunning: Expression = { key: '.status.phase', operator: 'In', values: ['Running'] }
const isPending: Expression = { key: '.status.phase', operator: 'In', values: ['Pending'] }
const isLive: Expression = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' }
const isDeleted: Expression = { key: '.metadata.deletionTimestamp', operator: 'Exists' }

/** Ends when it likes, and is killed when its grace is over. */
const stop: Delay = {
  otherwiseMs: 200,
  seconds: `[[(${annotation(POD_ANNOTATIONS.stopsAfter)} // "0.2" | tonumber),
    (.metadata.deletionTimestamp | fromdate) - now] | min, 0] | max`,
}

/**
 * What KWOK does to a node and its pods in place of a kubelet. No container ever runs; a pod says by
 * annotations how it conducts itself.
 */
export const STAGES = [
  stage('Node', 'node-is-ready', {
    when: [{ key: READY, operator: 'NotIn', values: ['True'] }],
    status: `
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
{{ end }}`,
  }),
  stage('Pod', 'pod-starts', {
    when: [isLive, isPending],
    delay: {
      otherwiseMs: 200,
      seconds: `${annotation(POD_ANNOTATIONS.readyAfter)} | if . then tonumber else null end`,
    },
    status: `
{{ $ready := not (index $annotations "${POD_ANNOTATIONS.neverReady}") }}
phase: Running
startTime: {{ $now | Quote }}
${conditions('{{ if $ready }}True{{ else }}False{{ end }}', 'Initialized', 'Ready', 'ContainersReady')}
${containers('{{ $ready }}', 'running: { startedAt: {{ $now | Quote }} }')}
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state: { running: { startedAt: {{ $now | Quote }} } }
  {{ else }}
  state: { terminated: { exitCode: 0, reason: Completed, finishedAt: {{ $now | Quote }} } }
  {{ end }}
{{ end }}
{{ end }}
{{ $ip := PodIPWith .spec.nodeName false .metadata.uid .metadata.name .metadata.namespace }}
podIP: {{ $ip | Quote }}
podIPs: [{ ip: {{ $ip | Quote }} }]`,
  }),
  // The controllers take readiness from pods of nodes that are cut off; those that come back say anew.
  stage('Pod', 'pod-is-ready-again', {
    when: [
      isLive,
      isRunning,
      { key: READY, operator: 'In', values: ['False'] },
      { key: annotation(POD_ANNOTATIONS.neverReady), operator: 'DoesNotExist' },
      { key: annotation(POD_ANNOTATIONS.crashes), operator: 'DoesNotExist' },
    ],
    status: conditions('True', 'Ready', 'ContainersReady'),
  }),
  stage('Pod', 'pod-crashes', {
    when: [
      isLive,
      isRunning,
      { key: annotation(POD_ANNOTATIONS.crashes), operator: 'Exists' },
      { key: READY, operator: 'In', values: ['True'] },
    ],
    status: `
${conditions('False', 'Ready', 'ContainersReady')}
${containers('false', 'waiting: { reason: CrashLoopBackOff }')}`,
  }),
  stage('Pod', 'job-pod-ends', {
    when: [
      isLive,
      isRunning,
      { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] },
    ],
    delay: {
      otherwiseMs: 500,
      seconds: `${annotation(POD_ANNOTATIONS.runsFor)} | if . then tonumber else null end`,
    },
    status: `
{{ $code := or (index $annotations "${POD_ANNOTATIONS.exitCode}") "0" }}
${ended()}`,
  }),
  // Its Job keeps the pod by a finalizer until it has counted how it ended.
  stage('Pod', 'job-pod-is-ended', {
    when: [
      isDeleted,
      { key: '.metadata.finalizers', operator: 'Exists' },
      { key: '.status.phase', operator: 'In', values: ['Pending', 'Running'] },
    ],
    delay: stop,
    status: `
{{ $code := "143" }}
${ended()}`,
  }),
  stage('Pod', 'pod-stops', {
    when: [isDeleted, { key: '.metadata.finalizers', operator: 'DoesNotExist' }],
    delay: stop,
  }),
] as const
