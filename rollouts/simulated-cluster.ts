import { at, type Fields, fields, items } from '../manifests/fields.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import type { SeenTrack } from './observation.ts'
import type { RolloutPlan } from './plan.ts'
import { isShareable } from './route-share.ts'
import { objectOf, same, section, templateIn } from './simulated-files.ts'
import type { SimulatedWorld } from './simulated-world.ts'
import { AT_REST } from './step-state.ts'
import { stageReplicas } from './track-replicas.ts'

export interface SimulatedClusterProps {
  readonly plan: RolloutPlan
  readonly world: SimulatedWorld
  /** What it has at first. */
  readonly files: readonly RenderedFile[]
  /** Milliseconds since 1970. */
  readonly startMs: number
}

/** The branch that it follows. */
export interface SyncedBranch {
  readonly files: readonly RenderedFile[]
  /** When it was changed last. */
  readonly committedAtMs: number
  /** Pods that all traffic needs, by its record; 0 at rest. */
  readonly need: number
}

export interface Pods {
  /** Of which template, by its image; `undefined` if there is no such workload. */
  template: string | undefined
  desired: number
  /** Of the newest template. */
  ready: number
  /** Of whatever template: a rolling update takes none away before another one is ready. */
  available: number
}

/**
 * A cluster that is imagined: a sync that applies workloads and traffic apart and late, pods that take
 * their time, an autoscaler with a mind of its own. It goes by the files of the branch alone.
 */
export class SimulatedCluster {
  readonly pods: { readonly stable: Pods; readonly canary: Pods }
  trafficSinceMs: number
  readonly #props: SimulatedClusterProps
  /** Pods that all traffic needed by the record whose workloads it has. */
  #appliedNeed = 0
  #workloads: readonly RenderedFile[]
  #traffic: readonly RenderedFile[]
  readonly #shortSinceMs: { stable: number; canary: number }

  constructor(props: SimulatedClusterProps) {
    const { files, plan, startMs } = props
    this.#props = props
    this.trafficSinceMs = startMs
    this.#shortSinceMs = { stable: startMs, canary: startMs }
    this.#workloads = section(files, 'workloads')
    this.#traffic = section(files, 'traffic')
    const { min } = plan.spec.replicas
    this.pods = {
      stable: { template: this.#templateOf('stable'), desired: min, ready: min, available: min },
      canary: { template: undefined, desired: 0, ready: 0, available: 0 },
    }
  }

  /** The sync may apply what the branch has, and pods may get ready. */
  follow(branch: SyncedBranch, nowMs: number): void {
    const { world } = this.#props
    const differsForMs = nowMs - branch.committedAtMs
    if (world.syncs('workloads', differsForMs)) this.#applyWorkloads(branch)
    if (world.syncs('traffic', differsForMs)) this.#applyTraffic(branch, nowMs)
    this.#movePods('stable', nowMs)
    this.#movePods('canary', nowMs)
  }

  has(part: 'workloads' | 'traffic', files: readonly RenderedFile[]): boolean {
    return same(part === 'workloads' ? this.#workloads : this.#traffic, section(files, part))
  }

  see(track: 'stable' | 'canary', files: readonly RenderedFile[]): SeenTrack {
    const { desired, ready } = this.pods[track]
    const missing = [
      ...(this.has('workloads', files) ? [] : [`${track} is another one`]),
      ...(ready < desired ? [`${track} has ${ready} of ${desired} pods`] : []),
    ]
    return { missing, desired, ready }
  }

  /** Share of the requests that it sends to the canary, in percent. */
  weight(): number {
    const backends = items(this.#rules().at(-1)?.backendRefs).map(fields)
    const { service } = this.#props.plan.spec.tracks.canary
    return Number(backends.find(({ name }) => name === service)?.weight ?? 0)
  }

  hasMarkedTraffic(): boolean {
    return this.#rules().length > 1
  }

  /** Fewest pods of the canary that a share of the traffic needs, so far as the cluster knows. */
  neededCanary(weight: number): number {
    const capacity = { ...AT_REST, weight, capacity: weight }
    const { router } = this.#props.plan.spec
    return stageReplicas(router, { capacity, stableIsWhole: false }, this.#appliedNeed).canary
  }

  #applyWorkloads({ files, need }: SyncedBranch): void {
    this.#workloads = section(files, 'workloads')
    this.#appliedNeed = need
  }

  #applyTraffic({ files }: SyncedBranch, nowMs: number): void {
    if (this.has('traffic', files)) return
    this.#traffic = section(files, 'traffic')
    this.trafficSinceMs = nowMs
  }

  #movePods(track: 'stable' | 'canary', nowMs: number): void {
    const { plan, world } = this.#props
    const pods = this.pods[track]
    const template = this.#templateOf(track)
    const floor = this.#floorOf(track)
    const share = track === 'canary' ? this.weight() : 100 - this.weight()
    const demand = this.#demandAt(nowMs)
    const isScaled = plan.spec.replicas.min !== plan.spec.replicas.max
    if (template !== pods.template) {
      pods.template = template
      pods.ready = 0
    }
    const asked = Math.ceil((demand * share) / 100)
    pods.desired = isScaled && floor > 0 ? Math.max(floor, asked) : floor
    if (pods.ready >= pods.desired) this.#shortSinceMs[track] = nowMs
    const more = world.getReady(track, nowMs - this.#shortSinceMs[track])
    pods.ready = Math.min(pods.desired, pods.ready + more)
    pods.available = Math.min(pods.desired, Math.max(pods.available, pods.ready))
  }

  /** Pods that all traffic needs now, as far as anybody measures it; 0 if nobody does. */
  #demandAt(nowMs: number): number {
    const { plan, world, startMs } = this.#props
    return Math.min(world.demand?.((nowMs - startMs) / 1000) ?? 0, plan.spec.replicas.max)
  }

  #templateOf(track: 'stable' | 'canary'): string | undefined {
    return templateIn(this.#workloads, this.#nameOf(track))
  }

  #floorOf(track: 'stable' | 'canary'): number {
    const name = this.#nameOf(track)
    const autoscaler = objectOf(this.#workloads, 'HorizontalPodAutoscaler', name)
    const deployment = objectOf(this.#workloads, 'Deployment', name)
    if (deployment === undefined) return 0
    return Number(at(autoscaler, 'spec', 'minReplicas') ?? at(deployment, 'spec', 'replicas') ?? 0)
  }

  #nameOf(track: 'stable' | 'canary'): string {
    return this.#props.plan.spec.tracks[track].deployment
  }

  #rules(): readonly Fields[] {
    const route = this.#traffic.find(({ object }) => object !== undefined && isShareable(object))
    return items(at(route?.object, 'spec', 'rules')).map(fields)
  }
}
