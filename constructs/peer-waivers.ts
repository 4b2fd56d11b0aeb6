import type { IIoK8sApiCoreV1PodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { Written } from './written.ts'

type Annotations = Readonly<Record<string, string>>

/** Something that our objects do on purpose, and the checks of other tools that object to it. */
export interface PeerWaiver {
  readonly reason: string
  readonly kubeScore?: readonly string[]
  readonly kubeLinter?: readonly string[]
  readonly polaris?: readonly string[]
  readonly checkov?: readonly string[]
}

/** What checkers look at in a workload. */
export interface JudgedWorkload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'CronJob'
  /** Absent where an autoscaler says how many, and in a CronJob. */
  readonly replicas?: number | undefined
  /** Whether the old pod ends before the new one starts. */
  readonly recreates?: boolean
  /** Whether anybody may open connections to its pods. */
  readonly isReachable: boolean
  /** Absent where it is not ours: what an adopted one lacks is on nobody's purpose. */
  readonly template?: Written<IIoK8sApiCoreV1PodTemplateSpec> | undefined
}

/**
 * Only what the defaults of the constructs need, and of checks only those that are on by default:
 * who switches on another wants to hear of it.
 */
const OF_WORKLOADS: readonly (PeerWaiver & {
  readonly applies: (workload: JudgedWorkload) => boolean
})[] = [
  {
    reason: 'a digest is the same bits from wherever, so a registry that is down stops no restart',
    applies: ({ template }) =>
      [...(template?.spec?.initContainers ?? []), ...containers(template)].some(
        ({ imagePullPolicy }) => imagePullPolicy === 'IfNotPresent',
      ),
    kubeScore: ['container-image-pull-policy'],
    polaris: ['pullPolicyNotAlways'],
  },
  {
    reason: 'a class that the cluster does not have would stop its pods from being made',
    applies: ({ template }) =>
      template !== undefined && template.spec?.priorityClassName === undefined,
    polaris: ['priorityClassNotSet'],
  },
  {
    reason: 'the autoscaler says how many, and every sync would reset a number in Git',
    applies: ({ kind, replicas }) => kind === 'Deployment' && replicas === undefined,
    polaris: ['deploymentMissingReplicas'],
  },
  {
    reason: 'there may be only one',
    applies: ({ kind, replicas }) => kind === 'Deployment' && replicas === 1,
    kubeScore: ['deployment-replicas'],
    polaris: ['deploymentMissingReplicas'],
  },
  {
    reason: 'the old pod ends before the new one starts, or there would be two',
    applies: ({ recreates }) => recreates === true,
    kubeScore: ['deployment-strategy'],
  },
  {
    reason: 'nobody sends it requests, so nobody asks whether it is ready',
    applies: ({ kind, template }) =>
      kind !== 'CronJob' && containers(template).some((container) => !container.readinessProbe),
    kubeScore: ['pod-probes'],
    checkov: ['CKV_K8S_9'],
    polaris: ['readinessProbeMissing'],
  },
  {
    reason: 'a broken process of it ends by itself, and is then started again',
    applies: ({ kind, template }) =>
      kind !== 'CronJob' && containers(template).some((container) => !container.livenessProbe),
    checkov: ['CKV_K8S_8'],
    polaris: ['livenessProbeMissing'],
  },
  {
    reason: 'its NetworkPolicy allows nobody in, which takes no ingress rule',
    applies: ({ isReachable }) => !isReachable,
    polaris: ['missingNetworkPolicy'],
  },
]

/**
 * Annotations by which a workload tells other checkers that a finding of theirs is accepted. They
 * belong on the workload itself: in the pod template they would replace its pods.
 */
export const peerWaivers = (workload: JudgedWorkload): Annotations =>
  annotations(OF_WORKLOADS.filter(({ applies }) => applies(workload)))

const NO_TEMPLATE: PeerWaiver = {
  reason: 'its pods come in the cluster: an election labels them, a rollout makes them',
  kubeScore: ['service-targets-pod'],
  kubeLinter: ['dangling-service'],
}

/** Of a Service whose pods are in no manifest. */
export const SELECTS_NO_TEMPLATE: Annotations = annotations([NO_TEMPLATE])

/** All that may be waived, for docs/checkers.md. */
export const PEER_WAIVERS: readonly PeerWaiver[] = [...OF_WORKLOADS, NO_TEMPLATE]

/** Each tool has its own form, and not all have room for the reason. */
function annotations(waivers: readonly PeerWaiver[]): Annotations {
  const kubeScore = waivers.flatMap((waiver) => waiver.kubeScore ?? [])
  const checkov = waivers.flatMap(({ reason, checkov = [] }) =>
    checkov.map((check) => `${check}=${reason}`),
  )
  return {
    ...(kubeScore.length > 0 && { 'kube-score/ignore': kubeScore.join() }),
    ...Object.fromEntries([
      ...checkov.map((text, index) => [`checkov.io/skip${index + 1}`, text]),
      ...waivers.flatMap(({ reason, kubeLinter = [] }) =>
        kubeLinter.map((check) => [`ignore-check.kube-linter.io/${check}`, reason]),
      ),
      ...waivers.flatMap(({ polaris = [] }) =>
        polaris.map((check) => [`polaris.fairwinds.com/${check}-exempt`, 'true']),
      ),
    ]),
  }
}

const containers = (template: JudgedWorkload['template']) => template?.spec?.containers ?? []
