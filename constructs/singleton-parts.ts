import type { Construct } from 'constructs'
import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1'
import type { IPersistentVolumeClaim, IService } from 'kubernetes-models/v1'
import type { Budget } from './disruption-budget.ts'
import type { ElectionObjects } from './election.ts'
import type { EmittedObject } from './emitted-object.ts'
import type { Peer } from './peer.ts'
import type { PodParts } from './pod.ts'
import type { SingletonServiceProps } from './singleton-service-props.ts'
import type { Waiver } from './waiver.ts'
import type { WorkloadContext } from './workload-context.ts'

/** What one guarantee emits, for the construct that offers them all. */
export interface SingletonParts {
  readonly pod: PodParts
  readonly statefulSet?: EmittedObject<IStatefulSet>
  readonly deployment?: EmittedObject<IDeployment>
  readonly service?: EmittedObject<IService> | undefined
  readonly headlessService?: EmittedObject<IService>
  readonly volumeClaims?: Readonly<Record<string, EmittedObject<IPersistentVolumeClaim>>>
  readonly election?: ElectionObjects
  /** How many pods a drain may take, unless the user forbids it. */
  readonly budget: Budget
  readonly replicas: number
  readonly egressTo?: readonly Peer[]
}

/** How one guarantee is kept. */
export interface GuaranteeKeeper {
  /** What Kubernetes will append to the app's name, at its longest. */
  readonly suffix?: string
  /** Rules that it breaks by its nature, and why: who chose it knows. */
  readonly waivers: readonly Waiver[]
  emit(scope: Construct, context: WorkloadContext, props: SingletonServiceProps): SingletonParts
}
