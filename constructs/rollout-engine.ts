import type { Construct } from 'constructs'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import type { IService } from 'kubernetes-models/v1'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type { RolloutSpec } from '../rollouts/plan.ts'
import type { PlanProblem } from '../rollouts/plan-problem.ts'
import type { Emittable, EmittedObject } from './emitted-object.ts'
import type { Mistakes } from './mistakes.ts'
import type { Replicas } from './replicas.ts'
import { type Shape, shape } from './shape.ts'
import type { Traffic } from './traffic.ts'
import type { WorkloadContext } from './workload-context.ts'

/**
 * Somebody else that drives the releases of an app: an operator in the cluster, by an object of its
 * own. One file for each: `flagger`, `argoRollouts`. What it cannot do of the steps and metrics of
 * an app is a mistake at synth, never left out.
 */
export interface RolloutEngine {
  /** What people call it: `Flagger`. */
  readonly engine: string
  /** The label that pods of both tracks have, and of no other app. */
  readonly podLabel: string
  /** What it cannot do, by the fields of the plan. Its own options are read and reported meanwhile. */
  problems(props: EngineProblemsProps): readonly PlanProblem[]
  /** Makes the objects that it drives releases by. Called only if nothing was reported. */
  emit(scope: Construct, props: EngineProps): EngineObjects
}

/** What an engine is held against. */
export interface EngineProblemsProps {
  readonly spec: RolloutSpec
  readonly replicas: Replicas
  /** Of the Deployment. */
  readonly selector: Readonly<Record<string, string>>
  /** For what is wrong with the engine's own options. */
  readonly mistakes: Mistakes
}

/** The app that an engine is to release. */
export interface EngineProps {
  /** Names, labels and metadata of the app. */
  readonly context: WorkloadContext
  /** Steps, metrics and freeze windows, with all that the options leave open filled in. */
  readonly spec: RolloutSpec
  /** How requests from outside are routed. Absent if they are not. */
  readonly traffic: Traffic | undefined
  /** What runs the app, and what the engine takes its pods from. */
  readonly deployment: EmittedObject<IDeployment>
  /** Absent with a fixed number of pods. */
  readonly autoscaler: EmittedObject<IHorizontalPodAutoscaler> | undefined
}

/** What an engine makes of an app; absent where it makes it in the cluster. */
export interface EngineObjects {
  /** The object that says how releases go. */
  readonly release: EmittedObject<Emittable>
  /** What callers inside of the cluster use. */
  readonly service?: EmittedObject<IService>
  /** Selects the stable track alone. */
  readonly stableService?: EmittedObject<IService>
  /** Selects the canary track alone. */
  readonly canaryService?: EmittedObject<IService>
  /** Whose weights the engine sets. */
  readonly route?: EmittedObject<Emittable>
}

/** An object of a kind whose types nobody keeps. Tests hold it to the kind's own definition. */
export interface EngineObject extends Emittable {
  readonly spec: Readonly<Record<string, unknown>>
}

export const ENGINE: Shape<RolloutEngine> = shape({
  expected: 'made by flagger() or argoRollouts()',
  example: 'flagger({ … })',
  is: (value) =>
    isRecord(value) &&
    typeof value.engine === 'string' &&
    typeof value.podLabel === 'string' &&
    typeof value.problems === 'function' &&
    typeof value.emit === 'function',
})

/** What an engine cannot do. One of the user's own may answer with anything. */
export function engineProblems(
  engine: RolloutEngine,
  props: EngineProblemsProps,
): readonly PlanProblem[] {
  const problems: unknown = engine.problems(props)
  if (Array.isArray(problems) && problems.every(isProblem)) return problems
  props.mistakes.add({
    option: 'engine.problems',
    value: problems,
    problem: 'must return a list of problems',
    remedy: 'Return an empty one if there are none',
  })
  return []
}

const isProblem = (value: unknown): value is PlanProblem =>
  isRecord(value) && typeof value.field === 'string'

/** What an engine makes of an app; nothing, once that is reported, if it does not say. */
export function emitByEngine(engine: RolloutEngine, props: EngineProps): Partial<EngineObjects> {
  const objects: unknown = engine.emit(props.context.scope, props)
  if (isRecord(objects)) return objects
  props.context.mistakes.add({
    option: 'engine.emit',
    value: objects,
    problem: 'must return the objects that it has made',
    remedy: 'Return an object with `release`, or use flagger({ … }) or argoRollouts({ … })',
  })
  return {}
}
