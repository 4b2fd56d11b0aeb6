import { Construct } from 'constructs'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import type { IConfigMap, IService, IServiceAccount } from 'kubernetes-models/v1'
import { type Emittable, EmittedObject } from './emitted-object.ts'
import { INSTANCE_LABEL } from './labels.ts'
import { Mistakes } from './mistakes.ts'
import { readOptions } from './options.ts'
import { placeOf } from './place.ts'
import {
  emitServedDeployment,
  SERVED_DEPLOYMENT_OPTIONS,
  type ServedDeploymentProps,
} from './served-deployment.ts'
import { emitService, SERVICE_PORT } from './service.ts'
import { workloadContext } from './workload-context.ts'
import { writeRoute } from './write-route.ts'

export interface HighlyAvailableDeploymentProps extends ServedDeploymentProps {}

/**
 * A stateless service that is there through node drains, the loss of a zone, and its own releases.
 *
 * Emits a Deployment, Service, PodDisruptionBudget, NetworkPolicy, ServiceAccount, and, as asked
 * for, a HorizontalPodAutoscaler, a route and a ConfigMap.
 */
export class HighlyAvailableDeployment extends Construct {
  /** Without `spec.replicas` if it is autoscaled, so that no sync resets what the autoscaler has set. */
  readonly deployment: EmittedObject<IDeployment>
  /** Offers port 80, whatever the app listens on. */
  readonly service: EmittedObject<IService>
  /** Bounds drains. Rolling updates keep to `rollingUpdate` instead. */
  readonly podDisruptionBudget: EmittedObject<IPodDisruptionBudget>
  /** Allows DNS and what `network` and `traffic` name, and denies all else. */
  readonly networkPolicy: EmittedObject<INetworkPolicy>
  /** Absent when an existing one was given. */
  readonly serviceAccount: EmittedObject<IServiceAccount> | undefined
  /** Absent with a fixed number of replicas. */
  readonly autoscaler: EmittedObject<IHorizontalPodAutoscaler> | undefined
  /** Absent without `traffic`. */
  readonly route: EmittedObject<Emittable> | undefined
  /** Absent without `files`. */
  readonly configMap: EmittedObject<IConfigMap> | undefined

  constructor(scope: Construct, id: string, given: HighlyAvailableDeploymentProps) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<ServedDeploymentProps>(given, SERVED_DEPLOYMENT_OPTIONS, mistakes)
    const context = workloadContext(this, props, mistakes)
    const { app, selector } = context
    const emitted = emitServedDeployment(context.scope, {
      context,
      props,
      policyLabel: props.adopt?.selector ?? { [INSTANCE_LABEL]: app },
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
      ...(props.adopt !== undefined && { targetPort: props.port }),
    })
    const backends = [{ service: app, port: SERVICE_PORT }]
    const route = props.traffic && writeRoute(props.traffic, context, backends)
    this.route = route && new EmittedObject(context.scope, 'Route', route)
  }
}
