import { Construct } from 'constructs'
import type {
  IValidatingAdmissionPolicy,
  IValidatingAdmissionPolicyBinding,
} from 'kubernetes-models/admissionregistration.k8s.io/v1'
import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1'
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import type { IRole, IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import type {
  IConfigMap,
  IPersistentVolumeClaim,
  IService,
  IServiceAccount,
} from 'kubernetes-models/v1'
import type { AdmissionPolicy } from './admission-policy.ts'
import { keepAtMostOne } from './at-most-one.ts'
import type { ClusterIdentity } from './cluster-identity.ts'
import { emitBudget } from './disruption-budget.ts'
import { drainWaivers } from './drains.ts'
import { keepElected } from './elected.ts'
import { type Emittable, EmittedObject } from './emitted-object.ts'
import type { Guarantee } from './guarantee.ts'
import { INSTANCE_LABEL } from './labels.ts'
import { Mistakes } from './mistakes.ts'
import { emitNetworkPolicy } from './network-policy.ts'
import { readOptions } from './options.ts'
import { placeOf } from './place.ts'
import { SERVICE_PORT } from './service.ts'
import { checkListening } from './singleton-health.ts'
import type { GuaranteeKeeper, SingletonParts } from './singleton-parts.ts'
import { SINGLETON_SERVICE_OPTIONS, type SingletonServiceProps } from './singleton-service-props.ts'
import { keepUsuallyOne } from './usually-one.ts'
import { type WorkloadContext, workloadContext } from './workload-context.ts'
import { writeRoute } from './write-route.ts'

/**
 * An app of which one instance works at a time. Kubernetes is made for many and cannot promise one
 * without giving something else up; what, is for you to choose by `guarantee`:
 *
 * | guarantee | promises | costs |
 * | --- | --- | --- |
 * | `atMostOne()` | never two of the pod; a dead node waits for a person | availability |
 * | `usuallyOne()` | restarts by itself; two for a moment when a node is cut off | consistency |
 * | `elected({ work })` | one leader, fail-over within the lease | more pods, an elector |
 *
 * All of it holds within one namespace of one cluster: a copy elsewhere that shares the database
 * knows nothing of it.
 *
 * Emits a StatefulSet or Deployment, a PodDisruptionBudget that lets drains go on, a NetworkPolicy
 * and a ServiceAccount; a Service if it listens; and what the guarantee needs.
 */
export class SingletonService extends Construct {
  /** With `atMostOne`. */
  readonly statefulSet: EmittedObject<IStatefulSet> | undefined
  /** With `usuallyOne` and `elected`. */
  readonly deployment: EmittedObject<IDeployment> | undefined
  /** What callers use. Absent without `port`. */
  readonly service: EmittedObject<IService> | undefined
  /** Names the pod of a StatefulSet. With `atMostOne`. */
  readonly headlessService: EmittedObject<IService> | undefined
  /** By the names that were given, with `usuallyOne`. Those of a StatefulSet are part of it. */
  readonly volumeClaims: Readonly<Record<string, EmittedObject<IPersistentVolumeClaim>>>
  /** Lets every drain go on, unless `drains` says otherwise. */
  readonly podDisruptionBudget: EmittedObject<IPodDisruptionBudget>
  /** Allows DNS and what `network` and `traffic` name; with `elected` the API server, too. */
  readonly networkPolicy: EmittedObject<INetworkPolicy>
  /** Absent when an existing one was given. */
  readonly serviceAccount: EmittedObject<IServiceAccount> | undefined
  /** Absent without `files`. */
  readonly configMap: EmittedObject<IConfigMap> | undefined
  /** Absent without `traffic`. */
  readonly route: EmittedObject<Emittable> | undefined
  /** With `elected`. */
  readonly lease: EmittedObject<ILease> | undefined
  /** Where pods wait in line that came too late to lead. With an elector in a sidecar. */
  readonly queueLease: EmittedObject<ILease> | undefined
  /** Of the tokens. With an elector in a sidecar, from Kubernetes 1.30 on. */
  readonly guard: AdmissionPolicy | undefined
  /** Rights of whoever holds the election. With `elected`. */
  readonly role: EmittedObject<IRole> | undefined
  /** With `elected`. */
  readonly roleBinding: EmittedObject<IRoleBinding> | undefined
  /** What tokens of this cluster are called. As `queueLease`. */
  readonly clusterIdentity: ClusterIdentity | undefined
  /** Holds the elector to its own pod. With `elected`, for requests and supervised work. */
  readonly admissionPolicy: EmittedObject<IValidatingAdmissionPolicy> | undefined
  /** As `admissionPolicy`. */
  readonly admissionPolicyBinding: EmittedObject<IValidatingAdmissionPolicyBinding> | undefined

  constructor(scope: Construct, id: string, given: SingletonServiceProps) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<SingletonServiceProps>(given, SINGLETON_SERVICE_OPTIONS, mistakes)
    const keeper = keeperOf(props.guarantee)
    const context = workloadContext(
      this,
      {
        ...props,
        waivers: [...keeper.waivers, ...drainWaivers(props.drains), ...(props.waivers ?? [])],
        ...(keeper.suffix !== undefined && { suffix: keeper.suffix }),
      },
      mistakes,
    )
    checkListening(props, mistakes)
    const parts = keeper.emit(context.scope, context, props)
    this.statefulSet = parts.statefulSet
    this.deployment = parts.deployment
    this.service = parts.service
    this.headlessService = parts.headlessService
    this.volumeClaims = parts.volumeClaims ?? {}
    this.serviceAccount = parts.pod.serviceAccount
    this.configMap = parts.pod.configMap
    this.lease = parts.election?.lease
    this.queueLease = parts.election?.queueLease
    this.guard = parts.election?.guard
    this.role = parts.election?.role
    this.roleBinding = parts.election?.roleBinding
    this.clusterIdentity = parts.election?.clusterIdentity
    this.admissionPolicy = parts.election?.admissionPolicy
    this.admissionPolicyBinding = parts.election?.admissionPolicyBinding
    this.podDisruptionBudget = this.#emitBudget(context, props, parts)
    this.route = this.#emitRoute(context, props)
    this.networkPolicy = emitNetworkPolicy(context.scope, context, {
      podLabel: props.adopt?.selector ?? { [INSTANCE_LABEL]: context.app },
      ports: props.port === undefined ? [] : [props.port],
      ingressFrom: [...(props.traffic?.ingressFrom ?? []), ...(props.network?.ingressFrom ?? [])],
      egressTo: [...(parts.egressTo ?? []), ...(props.network?.egressTo ?? [])],
    })
  }

  #emitBudget(
    context: WorkloadContext,
    { drains }: SingletonServiceProps,
    { budget, replicas }: SingletonParts,
  ): EmittedObject<IPodDisruptionBudget> {
    return emitBudget(
      context.scope,
      context,
      drains === undefined
        ? { budget, leastReplicas: replicas }
        : { budget: { maxUnavailable: 0 } },
    )
  }

  #emitRoute(
    context: WorkloadContext,
    { traffic }: SingletonServiceProps,
  ): EmittedObject<Emittable> | undefined {
    if (traffic === undefined) return undefined
    const backends = [{ service: context.app, port: SERVICE_PORT }]
    const route = writeRoute(traffic, context, backends)
    return route && new EmittedObject(context.scope, 'Route', route)
  }
}

function keeperOf(guarantee: Guarantee): GuaranteeKeeper {
  switch (guarantee.kind) {
    case 'at-most-one':
      return keepAtMostOne(guarantee)
    case 'usually-one':
      return keepUsuallyOne(guarantee)
    case 'elected':
      return keepElected(guarantee)
  }
}
