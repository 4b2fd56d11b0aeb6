import { at, type Fields, fields, items } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import type { AnalysisVerdict } from './analysis-verdict.ts'
import type { Decision, Move } from './decision.ts'
import { next } from './next.ts'
import type { NextProps } from './next-props.ts'
import type { Observation, SeenTrack } from './observation.ts'
import type { RolloutPlan } from './plan.ts'
import type { RecordSpec } from './record.ts'
import { render } from './render.ts'
import type { Rendition } from './rendition.ts'
import { isShareable } from './route-share.ts'
import { AT_REST } from './step-state.ts'
import { stageReplicas } from './track-replicas.ts'

export interface SimulatedReleaseProps {
  readonly plan: RolloutPlan
  readonly base: Rendition
  readonly candidate: Rendition
  readonly world: SimulatedWorld
  /** When it begins, in milliseconds since 1970. @default - a fixed day */
  readonly startMs?: number
}

/** What is imagined around a release. Asked anew at each look, always in the same order. */
export interface SimulatedWorld {
  /** Time until the next look, in milliseconds. */
  passMs(): number
  /** Whether the sync applies a part of the branch now that has differed for so long. */
  syncs(section: 'workloads' | 'traffic', differsForMs: number): boolean
  /** Most pods that get ready now of those that a track is short of, for so long. */
  getReady(track: 'stable' | 'canary', shortForMs: number): number
  /** Pods that all traffic needs, by the time since the start: autoscalers ask for their share. */
  demand?(seconds: number): number
  /** What metrics say while the canary has requests. */
  verdicts(traffic: SimulatedTraffic): readonly AnalysisVerdict[]
}

export interface SimulatedTraffic {
  readonly record: RecordSpec
  /** Share of the requests on the canary, in percent. */
  readonly weight: number
  readonly liveSinceMs: number
  readonly startMs: number
  readonly nowMs: number
}

interface Pods {
  /** Of which template, by its image; `undefined` if there is no such workload. */
  template: string | undefined
  desired: number
  /** Of the newest template. */
  ready: number
  /** Of whatever template: a rolling update takes none away before another one is ready. */
  available: number
}

/**
 * An app on a cluster that is imagined: a sync that applies workloads and traffic apart and late, pods
 * that take their time, an autoscaler with a mind of its own. It goes by the files of the branch alone.
 */
export class SimulatedRelease {
  readonly plan: RolloutPlan
  readonly renditions: { readonly base: Rendition; readonly candidate: Rendition }
  readonly commits: Move[] = []
  record: RecordSpec
  files: readonly RenderedFile[]
  nowMs: number

  readonly #props: SimulatedReleaseProps
  readonly #beganMs: number
  /** Pods that all traffic needed by the record whose workloads the cluster has. */
  #appliedNeed = 0
  #workloads: readonly RenderedFile[]
  #traffic: readonly RenderedFile[]
  #trafficSinceMs: number
  #committedAtMs: number
  readonly #shortSinceMs: { stable: number; canary: number }
  readonly #pods: { stable: Pods; canary: Pods }

  constructor(props: SimulatedReleaseProps) {
    this.#props = props
    this.nowMs = props.startMs ?? Date.parse('2026-11-21T00:00:00Z')
    this.#beganMs = this.nowMs
    this.#trafficSinceMs = this.nowMs
    this.#committedAtMs = this.nowMs
    this.#shortSinceMs = { stable: this.nowMs, canary: this.nowMs }
    this.plan = props.plan
    this.renditions = { base: props.base, candidate: props.candidate }
    this.files = props.base.files
    this.#workloads = section(this.files, 'workloads')
    this.#traffic = section(this.files, 'traffic')
    const { min } = props.plan.spec.replicas
    this.#pods = {
      stable: { template: this.#templateOf('stable'), desired: min, ready: min, available: min },
      canary: { template: undefined, desired: 0, ready: 0, available: 0 },
    }
    this.record = {
      count: 0,
      queued: { revision: props.candidate.revision },
      heldBack: [],
      former: [],
    }
  }

  /** Lets time go by, then looks, and does what is to be done. */
  tick(extra: Partial<NextProps> = {}): Decision {
    this.pass()
    const decision = this.decide(extra)
    if (decision.kind === 'move') this.commit(decision)
    return decision
  }

  decide(extra: Partial<NextProps> = {}): Decision {
    return next({ ...this.look(), ...extra })
  }

  /** What there is to decide upon now. */
  look(): NextProps {
    return {
      plan: this.plan,
      record: this.record,
      stable: this.stableRevision(),
      observation: this.observe(),
      nowMs: this.nowMs,
    }
  }

  commit(move: Move): void {
    this.commits.push(move)
    this.record = move.record
    this.files = this.#rendered(move)
    this.#committedAtMs = this.nowMs
  }

  /** The revision that the branch has as stable at rest. */
  stableRevision(): string {
    const { base, candidate } = this.renditions
    const template = templateIn(section(this.files, 'workloads'), this.#nameOf('stable'))
    return template === templateIn(candidate.files, this.#nameOf('stable'))
      ? candidate.revision
      : base.revision
  }

  /** Share of the requests that the cluster sends to the canary now, in percent. */
  weight(): number {
    const backends = items(this.#rules().at(-1)?.backendRefs).map(fields)
    const { service } = this.plan.spec.tracks.canary
    return Number(backends.find(({ name }) => name === service)?.weight ?? 0)
  }

  /** Pods that all traffic needs now, as far as anybody measures it; 0 if nobody does. */
  demand(): number {
    return Math.min(this.#props.world.demand?.(this.#seconds()) ?? 0, this.plan.spec.replicas.max)
  }

  hasMarkedTraffic(): boolean {
    return this.#rules().length > 1
  }

  pods(): { readonly stable: Readonly<Pods>; readonly canary: Readonly<Pods> } {
    return this.#pods
  }

  /** Some time in which the sync may apply what the branch has, and pods may get ready. */
  pass(): void {
    const { world } = this.#props
    this.nowMs += world.passMs()
    const differsForMs = this.nowMs - this.#committedAtMs
    if (world.syncs('workloads', differsForMs)) this.#applyWorkloads()
    if (world.syncs('traffic', differsForMs)) this.#applyTraffic()
    this.#movePods('stable')
    this.#movePods('canary')
  }

  observe(): Observation {
    const { rollout } = this.record
    const isTrafficThere = same(this.#traffic, section(this.files, 'traffic'))
    return {
      atMs: this.nowMs,
      stable: this.#seen('stable'),
      canary: rollout === undefined ? { missing: [], desired: 0, ready: 0 } : this.#seen('canary'),
      traffic: isTrafficThere
        ? { missing: [], liveSinceMs: this.#trafficSinceMs }
        : { missing: ['the route is another one'] },
      verdicts:
        this.weight() > 0 || this.hasMarkedTraffic()
          ? this.#props.world.verdicts({
              record: this.record,
              weight: this.weight(),
              liveSinceMs: this.#trafficSinceMs,
              startMs: this.#beganMs,
              nowMs: this.nowMs,
            })
          : [],
      alerts: [],
    }
  }

  #seen(track: 'stable' | 'canary'): SeenTrack {
    const { desired, ready } = this.#pods[track]
    const isThere = same(this.#workloads, section(this.files, 'workloads'))
    const missing = [
      ...(isThere ? [] : [`${track} is another one`]),
      ...(ready < desired ? [`${track} has ${ready} of ${desired} pods`] : []),
    ]
    return { missing, desired, ready }
  }

  /** Fewest pods of the canary that a share of the traffic needs, so far as the cluster knows. */
  neededCanary(weight: number): number {
    const need = this.#appliedNeed
    const capacity = { ...AT_REST, weight, capacity: weight }
    return stageReplicas(this.plan.spec.router, { capacity, stableIsWhole: false }, need).canary
  }

  #applyWorkloads(): void {
    this.#workloads = section(this.files, 'workloads')
    this.#appliedNeed = this.record.rollout?.need ?? 0
  }

  #applyTraffic(): void {
    const files = section(this.files, 'traffic')
    if (same(files, this.#traffic)) return
    this.#traffic = files
    this.#trafficSinceMs = this.nowMs
  }

  #movePods(track: 'stable' | 'canary'): void {
    const pods = this.#pods[track]
    const template = this.#templateOf(track)
    const floor = this.#floorOf(track)
    const share = track === 'canary' ? this.weight() : 100 - this.weight()
    const asked = this.demand() && Math.ceil((this.demand() * share) / 100)
    const isScaled = this.plan.spec.replicas.min !== this.plan.spec.replicas.max
    if (template !== pods.template) {
      pods.template = template
      pods.ready = 0
    }
    pods.desired = isScaled && floor > 0 ? Math.max(floor, asked) : floor
    if (pods.ready >= pods.desired) this.#shortSinceMs[track] = this.nowMs
    const shortForMs = this.nowMs - this.#shortSinceMs[track]
    const more = this.#props.world.getReady(track, shortForMs)
    pods.ready = Math.min(pods.desired, pods.ready + more)
    pods.available = Math.min(pods.desired, Math.max(pods.available, pods.ready))
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
    return this.plan.spec.tracks[track].deployment
  }

  #rules(): readonly Fields[] {
    const route = this.#traffic.find(({ object }) => object !== undefined && isShareable(object))
    return items(at(route?.object, 'spec', 'rules')).map(fields)
  }

  #rendered({ action, record }: Move): readonly RenderedFile[] {
    const { base, candidate } = this.renditions
    const { rollout } = record
    if (rollout !== undefined) return render({ base, candidate, plan: this.plan, rollout })
    if (action === 'finish') return candidate.files
    return action === 'abort' || action === 'abort-finish' ? base.files : this.files
  }

  #seconds(): number {
    return (this.nowMs - this.#beganMs) / 1000
  }
}

const section = (
  files: readonly RenderedFile[],
  name: 'workloads' | 'traffic',
): readonly RenderedFile[] => files.filter(({ path }) => path.startsWith(`${name}/`))

/** Whether two lists hold the same files. */
export function same(a: readonly RenderedFile[], b: readonly RenderedFile[]): boolean {
  const texts = new Map(a.map(({ path, text }) => [path, text]))
  return a.length === b.length && b.every(({ path, text }) => texts.get(path) === text)
}

const objectOf = (
  files: readonly RenderedFile[],
  kind: string,
  name: string,
): KubernetesObject | undefined =>
  files.find(({ object }) => object?.kind === kind && object.metadata.name === name)?.object

/** The image stands for the whole template. */
function templateIn(files: readonly RenderedFile[], deployment: string): string | undefined {
  const object = objectOf(files, 'Deployment', deployment)
  const containers = items(at(object, 'spec', 'template', 'spec', 'containers'))
  return object === undefined ? undefined : String(at(fields(containers[0]), 'image'))
}
