import { Construct } from 'constructs'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import type { IConfigMap, IService, IServiceAccount } from 'kubernetes-models/v1'
import { emitYaml } from '../manifests/emit-yaml.ts'
import { planPath } from '../manifests/layout.ts'
import { TRACK_LABEL } from '../manifests/tracks.ts'
import { canaryName } from '../rollouts/canary-track.ts'
import { inFlightObjects } from '../rollouts/in-flight.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import { stepStates } from '../rollouts/step-state.ts'
import { alsoCheck } from './also-check.ts'
import { checkCanaryAdoption } from './canary-adoption.ts'
import { type CanaryTraffic, emitCanaryTraffic } from './canary-traffic.ts'
import type { Emittable, EmittedObject } from './emitted-object.ts'
import { addExtraFile } from './extra-file.ts'
import { NAME_LABEL } from './labels.ts'
import { Mistakes } from './mistakes.ts'
import { readOptions } from './options.ts'
import { placeOf } from './place.ts'
import { ROLLOUT_OPTIONS, type RolloutProps, writePlan } from './rollout-plan.ts'
import {
  emitServedDeployment,
  SERVED_DEPLOYMENT_OPTIONS,
  type ServedDeploymentProps,
} from './served-deployment.ts'
import { workloadContext } from './workload-context.ts'

export interface CanaryRolloutProps extends ServedDeploymentProps, RolloutProps {}

const CANARY_ROLLOUT_OPTIONS = { ...SERVED_DEPLOYMENT_OPTIONS, ...ROLLOUT_OPTIONS }

/**
 * A highly available service whose releases reach a few requests first, and all of them only when
 * what is measured stays good.
 *
 * Emits what a `HighlyAvailableDeployment` does, and beside it the way a release goes: a Service for
 * each track, the route with both weights (100 and 0), and the plan. The canary's own Deployment,
 * autoscaler and budget exist only while a release is in flight. They are made from stable's, so
 * they differ in names, selectors and the number of pods alone, and synth checks them as if they
 * were written.
 *
 * With `traffic` the route splits requests by weight, and the Service of the app's name selects
 * stable: callers inside of the cluster see no canary. Without, that Service selects both tracks,
 * every caller takes part, and the weight is as fine as the number of pods.
 *
 * The first release of an app, with nothing stable to compare with, goes straight to stable.
 */
export class CanaryRollout extends Construct {
  /** The stable track. */
  readonly deployment: EmittedObject<IDeployment>
  /** What callers inside of the cluster use. */
  readonly service: EmittedObject<IService>
  /** Selects the stable track alone. */
  readonly stableService: EmittedObject<IService>
  /** Selects the canary track alone; without pods at rest. */
  readonly canaryService: EmittedObject<IService>
  readonly podDisruptionBudget: EmittedObject<IPodDisruptionBudget>
  /** For both tracks. */
  readonly networkPolicy: EmittedObject<INetworkPolicy>
  /** For both tracks. Absent when an existing one was given. */
  readonly serviceAccount: EmittedObject<IServiceAccount> | undefined
  /** Absent with a fixed number of replicas. */
  readonly autoscaler: EmittedObject<IHorizontalPodAutoscaler> | undefined
  /** Absent without `traffic`. */
  readonly route: EmittedObject<Emittable> | undefined
  /** Absent without `files`. */
  readonly configMap: EmittedObject<IConfigMap> | undefined
  /** How releases go, as it is written beside the manifests. */
  readonly plan: RolloutPlan

  constructor(scope: Construct, id: string, given: CanaryRolloutProps) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<CanaryRolloutProps>(given, CANARY_ROLLOUT_OPTIONS, mistakes)
    const context = workloadContext(this, { ...props, suffix: canaryName('') }, mistakes)
    checkCanaryAdoption(props.adopt, context)
    const emitted = emitServedDeployment(context.scope, {
      context,
      props,
      policyLabel: { [NAME_LABEL]: context.app },
      labels: { [TRACK_LABEL]: 'stable' },
    })
    this.deployment = emitted.deployment
    this.podDisruptionBudget = emitted.podDisruptionBudget
    this.networkPolicy = emitted.networkPolicy
    this.serviceAccount = emitted.serviceAccount
    this.autoscaler = emitted.autoscaler
    this.configMap = emitted.configMap
    const traffic: CanaryTraffic = emitCanaryTraffic(context.scope, context, {
      traffic: props.traffic,
      ...(props.adopt !== undefined && { targetPort: props.port }),
    })
    this.service = traffic.service
    this.stableService = traffic.stableService
    this.canaryService = traffic.canaryService
    this.route = traffic.route
    const { plan, isSound } = writePlan({
      ...props,
      context,
      traffic: props.traffic,
      rollingUpdate: props.rollingUpdate,
    })
    this.plan = plan
    // What is wrong with it is reported, and then nothing is written.
    if (isSound) {
      const path = planPath(context.namespace, context.app)
      addExtraFile(context.scope, { path, text: () => emitYaml(plan) })
      checkInFlight(context.scope, plan)
    }
  }
}

/**
 * The two ends between which everything else lies: the smallest canary beside stable, and all
 * requests on a canary as large as stable.
 */
function checkInFlight(app: Construct, plan: RolloutPlan): void {
  const states = stepStates(plan.spec)
  for (const [name, state] of [
    ['in flight, at the first step', states[0]],
    ['in flight, with all requests on the canary', states.at(-1)],
  ] as const) {
    if (state === undefined) continue
    alsoCheck(app, { name, objects: (written) => inFlightObjects(written, { plan, state }) })
  }
}
