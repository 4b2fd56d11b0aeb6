import { Construct } from 'constructs'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import type { IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import type { IConfigMap, IService, IServiceAccount } from 'kubernetes-models/v1'
import { letIn } from './authentication.ts'
import { type ClusterIdentity, emitClusterIdentity } from './cluster-identity.ts'
import { CONTROL_PLANE_OPTIONS, type ControlPlaneProps } from './control-plane-props.ts'
import { type Emittable, EmittedObject } from './emitted-object.ts'
import { Environment } from './environment.ts'
import { reportImageMistakes } from './image-mistakes.ts'
import { INSTANCE_LABEL } from './labels.ts'
import { emitLockBindings, emitReviewRights, type ReviewRights } from './lock-rights.ts'
import { lockServer } from './lock-server.ts'
import type { LockSubject } from './lock-user.ts'
import { lockstepImageOf } from './lockstep-image.ts'
import { Mistakes } from './mistakes.ts'
import { readOptions } from './options.ts'
import { placeOf } from './place.ts'
import { emitRequestFlow, type RequestFlow } from './request-flow.ts'
import { emitRolloutRights, lookedAtApps, type RolloutRights } from './rollout-rights.ts'
import { rolloutServer } from './rollout-server.ts'
import { emitServedDeployment } from './served-deployment.ts'
import { servedLocks } from './served-lock.ts'
import { emitService, SERVICE_PORT } from './service.ts'
import { workloadContext } from './workload-context.ts'
import { writeRoute } from './write-route.ts'

/**
 * Lockstep's functions in a cluster, from Lockstep's own image: locks by HTTP, for whoever has no library at
 * hand, rollouts, and images that are followed, as `lockstep serve` gives them.
 *
 * Emits what a `HighlyAvailableDeployment` does; the rights that the server needs and no others, which
 * are to read and update the Leases of its locks by name, to read by name what its rollouts are seen by, to
 * have callers reviewed, and to know which cluster it is; and a level of its own in the API server's flow control.
 * For images it needs none in the cluster, only keys of repositories and registries.
 *
 * Its callers need rights too: RBAC on `locks` of `lockstep.dev`, which is for whoever answers for a lock.
 */
export class ControlPlane extends Construct {
  readonly deployment: EmittedObject<IDeployment>
  readonly service: EmittedObject<IService>
  readonly podDisruptionBudget: EmittedObject<IPodDisruptionBudget>
  readonly networkPolicy: EmittedObject<INetworkPolicy>
  readonly serviceAccount: EmittedObject<IServiceAccount> | undefined
  /** Absent with a fixed number of replicas. */
  readonly autoscaler: EmittedObject<IHorizontalPodAutoscaler> | undefined
  /** Absent without `traffic`. */
  readonly route: EmittedObject<Emittable> | undefined
  /** What issuers it trusts, and what rollouts and images it looks at. Absent without `oidc` and `rollouts`. */
  readonly configMap: EmittedObject<IConfigMap> | undefined
  /** One for each lock, in its namespace, in the order of their names. */
  readonly lockBindings: readonly EmittedObject<IRoleBinding>[]
  /** One for each namespace with apps whose rollouts it looks at, in the order of their names. */
  readonly rolloutRights: readonly RolloutRights[]
  readonly reviewRights: ReviewRights
  /** Absent with `clusterId`. */
  readonly clusterIdentity: ClusterIdentity | undefined
  readonly requestFlow: RequestFlow

  constructor(scope: Construct, id: string, given: ControlPlaneProps) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<ControlPlaneProps>(given, CONTROL_PLANE_OPTIONS, mistakes)
    const environment = Environment.tryOf(this)
    const image = lockstepImageOf(environment, 'the server of locks', mistakes)
    const context = workloadContext(this, { ...props, image }, mistakes)
    const { app, namespace, selector } = context
    const locks = servedLocks(props.locks, environment, mistakes)
    const admitted = letIn(props.authentication, mistakes)
    if (props.rollouts !== undefined) reportImageMistakes(props.rollouts, environment, mistakes)
    const rollouts = props.rollouts && rolloutServer(props.rollouts, environment)
    const apps = lookedAtApps(props.rollouts?.apps ?? [], environment, mistakes)
    const emitted = emitServedDeployment(context.scope, {
      context,
      props: lockServer(props, { image, locks, letIn: admitted, rollouts }),
      policyLabel: { [INSTANCE_LABEL]: app },
    })
    this.deployment = emitted.deployment
    this.podDisruptionBudget = emitted.podDisruptionBudget
    this.networkPolicy = emitted.networkPolicy
    this.serviceAccount = emitted.serviceAccount
    this.autoscaler = emitted.autoscaler
    this.configMap = emitted.configMap
    this.service = emitService(context.scope, context, {
      id: 'Service',
      name: app,
      selector: { ...selector },
    })
    const backends = [{ service: app, port: SERVICE_PORT }]
    const route = props.traffic && writeRoute(props.traffic, context, backends)
    this.route = route && new EmittedObject(context.scope, 'Route', route)
    const account: LockSubject = { kind: 'ServiceAccount', name: app, namespace }
    this.lockBindings = emitLockBindings(context.scope, context, { locks, account })
    this.rolloutRights = emitRolloutRights(context.scope, context, {
      apps,
      syncs: props.rollouts?.syncs,
      account,
    })
    this.reviewRights = emitReviewRights(context.scope, context, {
      account,
      reviewsTokens: admitted.audience !== undefined,
    })
    this.clusterIdentity =
      props.clusterId === undefined
        ? emitClusterIdentity(context.scope, context, [account])
        : undefined
    this.requestFlow = emitRequestFlow(context.scope, context, account)
  }
}
