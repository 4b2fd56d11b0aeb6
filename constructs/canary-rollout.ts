import { Construct } from 'constructs'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import type { IConfigMap, IService, IServiceAccount } from 'kubernetes-models/v1'
import { emitYaml } from '../manifests/emit-yaml.ts'
import { gatesPath, planPath } from '../manifests/layout.ts'
import { TRACK_LABEL } from '../manifests/tracks.ts'
import { canaryName } from '../rollouts/canary-track.ts'
import { inFlightObjects } from '../rollouts/in-flight.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import { releaseGates } from '../rollouts/release-gates.ts'
import { stepStates } from '../rollouts/step-state.ts'
import { alsoCheck } from './also-check.ts'
import { checkCanaryAdoption } from './canary-adoption.ts'
import { emitCanaryTraffic } from './canary-traffic.ts'
import type { Emittable, EmittedObject } from './emitted-object.ts'
import { addExtraFile } from './extra-file.ts'
import { NAME_LABEL } from './labels.ts'
import { Mistakes } from './mistakes.ts'
import { optional, readOptions } from './options.ts'
import { placeOf } from './place.ts'
import { ENGINE, emitByEngine, type RolloutEngine } from './rollout-engine.ts'
import { ROLLOUT_OPTIONS, type RolloutProps, writePlan } from './rollout-plan.ts'
import {
  emitServedDeployment,
  SERVED_DEPLOYMENT_OPTIONS,
  type ServedDeployment,
  type ServedDeploymentProps,
} from './served-deployment.ts'
import { type WorkloadContext, workloadContext } from './workload-context.ts'

export interface CanaryRolloutProps extends ServedDeploymentProps, RolloutProps {
  /**
   * Who drives the releases, if not Lockstep: made by `flagger` or `argoRollouts`. It reads no plan,
   * so none is written, but for the freeze windows, which its gates ask our functions about.
   *
   * @default - Lockstep, by commits
   */
  readonly engine?: RolloutEngine
}

const CANARY_ROLLOUT_OPTIONS = {
  ...SERVED_DEPLOYMENT_OPTIONS,
  ...ROLLOUT_OPTIONS,
  engine: optional(ENGINE),
}

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
  /** What callers inside of the cluster use. Absent where Flagger makes it. */
  readonly service: EmittedObject<IService> | undefined
  /** Selects the stable track alone. Absent where Flagger makes it. */
  readonly stableService: EmittedObject<IService> | undefined
  /** Selects the canary track alone; without pods at rest. Absent where Flagger makes it. */
  readonly canaryService: EmittedObject<IService> | undefined
  /** Of the stable track. The canary has one of its own while a release is in flight. */
  readonly podDisruptionBudget: EmittedObject<IPodDisruptionBudget>
  /** For both tracks. */
  readonly networkPolicy: EmittedObject<INetworkPolicy>
  /** For both tracks. Absent when an existing one was given. */
  readonly serviceAccount: EmittedObject<IServiceAccount> | undefined
  /** Absent with a fixed number of replicas. */
  readonly autoscaler: EmittedObject<IHorizontalPodAutoscaler> | undefined
  /** Absent without `traffic`, and where Flagger makes it. */
  readonly route: EmittedObject<Emittable> | undefined
  /** By which another engine drives the releases. Absent without `engine`. */
  readonly release: EmittedObject<Emittable> | undefined
  /** Absent without `files`. */
  readonly configMap: EmittedObject<IConfigMap> | undefined
  /** How releases go, as it is written beside the manifests, or told to another engine. */
  readonly plan: RolloutPlan

  constructor(scope: Construct, id: string, given: CanaryRolloutProps) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<CanaryRolloutProps>(given, CANARY_ROLLOUT_OPTIONS, mistakes)
    const context = workloadContext(this, { ...props, suffix: canaryName('') }, mistakes)
    checkCanaryAdoption(props.adopt, context)
    const { engine } = props
    const emitted = emitServedDeployment(context.scope, {
      context,
      props,
      policyLabel: { [engine?.podLabel ?? NAME_LABEL]: context.app },
      // Another engine has labels of its own for that.
      labels: engine === undefined ? { [TRACK_LABEL]: 'stable' } : {},
    })
    this.deployment = emitted.deployment
    this.podDisruptionBudget = emitted.podDisruptionBudget
    this.networkPolicy = emitted.networkPolicy
    this.serviceAccount = emitted.serviceAccount
    this.autoscaler = emitted.autoscaler
    this.configMap = emitted.configMap
    const { plan, objects } =
      engine === undefined
        ? emitOwnRelease(context, props)
        : emitEngineRelease(engine, context, props, emitted)
    this.plan = plan
    this.service = objects.service
    this.stableService = objects.stableService
    this.canaryService = objects.canaryService
    this.route = objects.route
    this.release = objects.release
  }
}

interface Release {
  readonly plan: RolloutPlan
  readonly objects: Partial<Pick<CanaryRollout, ReleaseObject>>
}

type ReleaseObject = 'service' | 'stableService' | 'canaryService' | 'route' | 'release'

function emitOwnRelease(context: WorkloadContext, props: CanaryRolloutProps): Release {
  const { scope, namespace, app } = context
  const objects = emitCanaryTraffic(scope, context, {
    traffic: props.traffic,
    ...(props.adopt !== undefined && { targetPort: props.port }),
  })
  const { plan, isSound } = writePlan(context, props)
  // What is wrong with it is reported, and then nothing is written.
  if (isSound) {
    addExtraFile(scope, { path: planPath(namespace, app), text: () => emitYaml(plan) })
    checkInFlight(scope, plan)
  }
  return { plan, objects }
}

function emitEngineRelease(
  engine: RolloutEngine,
  context: WorkloadContext,
  props: CanaryRolloutProps,
  { deployment, autoscaler }: ServedDeployment,
): Release {
  const { plan, isSound } = writePlan(context, props)
  const { traffic } = props
  const { metadata, spec } = plan
  const { freezeWindows } = spec
  if (isSound && freezeWindows.length > 0) {
    const { scope, namespace, app } = context
    const gates = releaseGates(metadata, { freezeWindows })
    addExtraFile(scope, { path: gatesPath(namespace, app), text: () => emitYaml(gates) })
  }
  const engineProps = { context, spec, traffic, deployment, autoscaler }
  return { plan, objects: isSound ? emitByEngine(engine, engineProps) : {} }
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
