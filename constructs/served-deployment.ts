import type { Construct } from 'constructs'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import type { IConfigMap, IServiceAccount } from 'kubernetes-models/v1'
import { ADOPTION, type Adoption } from './adoption.ts'
import { emitAutoscaler } from './autoscaler.ts'
import { emitDeployment, ROLLING_UPDATE, type RollingUpdate } from './deployment.ts'
import { BUDGET, type Budget, DEFAULT_BUDGET, emitBudget } from './disruption-budget.ts'
import type { EmittedObject } from './emitted-object.ts'
import { emitNetworkPolicy } from './network-policy.ts'
import { type Options, optional, required } from './options.ts'
import { writePod } from './pod.ts'
import { POD_OPTIONS, type PodProps, SERVED_OPTIONS, type ServedProps } from './pod-props.ts'
import { leastReplicas, REPLICAS, type Replicas, STAND_IN_REPLICAS } from './replicas.ts'
import { SPREAD, type Spread, writeSpread } from './spread.ts'
import { TRAFFIC, type Traffic } from './traffic.ts'
import type { WorkloadContext } from './workload-context.ts'

/** What a service of several like pods says, however its releases go. */
export interface ServedDeploymentProps extends PodProps, ServedProps {
  /** How many pods, at least 2: made by `fixed` or `autoscale`. */
  readonly replicas: Replicas

  /**
   * How requests from outside the cluster reach it.
   *
   * @default - they do not
   */
  readonly traffic?: Traffic

  /**
   * How pods are laid over zones and hosts.
   *
   * @default 'soft'
   */
  readonly spread?: Spread

  /**
   * How many pods a drain may take at once.
   *
   * @default - 10 %, at least one
   */
  readonly budget?: Budget

  /**
   * How a new revision replaces the old one.
   *
   * @default - 25 % more pods while it lasts, none fewer, 10 s ready before the next
   */
  readonly rollingUpdate?: RollingUpdate

  /**
   * A running Deployment to take over, with the name and selector that it has.
   *
   * @default - none; the name is the construct's id
   */
  readonly adopt?: Adoption
}

export const SERVED_DEPLOYMENT_OPTIONS = {
  ...POD_OPTIONS,
  ...SERVED_OPTIONS,
  replicas: required(REPLICAS, STAND_IN_REPLICAS),
  traffic: optional(TRAFFIC),
  spread: optional(SPREAD),
  budget: optional(BUDGET),
  rollingUpdate: optional(ROLLING_UPDATE),
  adopt: optional(ADOPTION),
} satisfies Options<ServedDeploymentProps>

/** What such services have in common: everything but the way in. */
export interface ServedDeployment {
  readonly deployment: EmittedObject<IDeployment>
  readonly podDisruptionBudget: EmittedObject<IPodDisruptionBudget>
  readonly networkPolicy: EmittedObject<INetworkPolicy>
  readonly autoscaler: EmittedObject<IHorizontalPodAutoscaler> | undefined
  readonly serviceAccount: EmittedObject<IServiceAccount> | undefined
  readonly configMap: EmittedObject<IConfigMap> | undefined
}

export interface EmitServedDeploymentProps {
  readonly context: WorkloadContext
  readonly props: ServedDeploymentProps
  /** Labels that the NetworkPolicy finds the app's pods by; one, where the app may choose. */
  readonly policyLabel: Readonly<Record<string, string>>
  /**
   * Labels of the pods beyond those of every app.
   *
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>
}

export function emitServedDeployment(
  scope: Construct,
  { context, props, policyLabel, labels = {} }: EmitServedDeploymentProps,
): ServedDeployment {
  const { selector, targetVersion } = context
  const { replicas, rollingUpdate, network, traffic } = props
  const spread = writeSpread(props.spread ?? 'soft', selector, 'pod-template-hash', targetVersion)
  const pod = writePod(scope, { context, props, additions: { spec: spread, labels } })
  return {
    serviceAccount: pod.serviceAccount,
    configMap: pod.configMap,
    deployment: emitDeployment(scope, context, {
      replicas,
      template: props.adopt?.template ?? pod.template,
      startupSeconds: pod.probes?.startupSeconds ?? 0,
      ...(rollingUpdate !== undefined && { rollingUpdate }),
    }),
    podDisruptionBudget: emitBudget(scope, context, {
      budget: props.budget ?? DEFAULT_BUDGET,
      leastReplicas: leastReplicas(replicas),
    }),
    autoscaler: 'autoscale' in replicas ? emitAutoscaler(scope, context, replicas) : undefined,
    networkPolicy: emitNetworkPolicy(scope, context, {
      podLabel: policyLabel,
      ports: [props.port],
      ingressFrom: [...(traffic?.ingressFrom ?? []), ...(network?.ingressFrom ?? [])],
      egressTo: network?.egressTo ?? [],
    }),
  }
}
