import type { RenderedFile } from '../manifests/rendering.ts'
import type { AnalysisVerdict } from './analysis-verdict.ts'
import type { Decision, Move } from './decision.ts'
import { next } from './next.ts'
import type { NextProps } from './next-props.ts'
import type { Observation } from './observation.ts'
import type { RolloutPlan } from './plan.ts'
import type { RecordSpec } from './record.ts'
import { render } from './render.ts'
import type { Rendition } from './rendition.ts'
import { type Pods, SimulatedCluster } from './simulated-cluster.ts'
import { templateIn } from './simulated-files.ts'
import type { SimulatedWorld } from './simulated-world.ts'

export interface SimulatedReleaseProps {
  readonly environment: string
  readonly plan: RolloutPlan
  readonly base: Rendition
  readonly candidate: Rendition
  readonly world: SimulatedWorld
  /** When it begins, in milliseconds since 1970. @default - a fixed day */
  readonly startMs?: number
}

/** An app on a branch and in a cluster that are imagined, and what is decided about it. */
export class SimulatedRelease {
  readonly plan: RolloutPlan
  /** As the branch keeps them: what is published in mid-flight changes them. */
  renditions: { readonly base: Rendition; readonly candidate: Rendition }
  readonly commits: Move[] = []
  record: RecordSpec
  files: readonly RenderedFile[]
  nowMs: number

  readonly #environment: string
  readonly #world: SimulatedWorld
  readonly #cluster: SimulatedCluster
  readonly #beganMs: number
  #committedAtMs: number

  constructor(props: SimulatedReleaseProps) {
    const { environment, plan, base, candidate, world, startMs } = props
    this.#environment = environment
    this.nowMs = startMs ?? Date.parse('2026-11-21T00:00:00Z')
    this.#world = world
    this.#beganMs = this.nowMs
    this.#committedAtMs = this.nowMs
    this.plan = plan
    this.renditions = { base, candidate }
    this.files = base.files
    this.#cluster = new SimulatedCluster({ plan, world, files: this.files, startMs: this.nowMs })
    this.record = {
      count: 0,
      queued: { revision: candidate.revision },
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
      environment: this.#environment,
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
    const { deployment } = this.plan.spec.tracks.stable
    const isCandidate =
      templateIn(this.files, deployment) === templateIn(candidate.files, deployment)
    return isCandidate ? candidate.revision : base.revision
  }

  /** Share of the requests that the cluster sends to the canary now, in percent. */
  weight(): number {
    return this.#cluster.weight()
  }

  pods(): { readonly stable: Readonly<Pods>; readonly canary: Readonly<Pods> } {
    return this.#cluster.pods
  }

  /** Fewest pods of the canary that a share of the traffic needs, so far as the cluster knows. */
  neededCanary(weight: number): number {
    return this.#cluster.neededCanary(weight)
  }

  /** Some time in which the cluster may follow the branch. */
  pass(): void {
    this.nowMs += this.#world.passMs()
    const need = this.record.rollout?.need ?? 0
    const branch = { files: this.files, committedAtMs: this.#committedAtMs, need }
    this.#cluster.follow(branch, this.nowMs)
  }

  observe(): Observation {
    const cluster = this.#cluster
    const hasCanary = this.record.rollout !== undefined
    return {
      atMs: this.nowMs,
      stable: cluster.see('stable', this.files),
      canary: hasCanary ? cluster.see('canary', this.files) : { missing: [], desired: 0, ready: 0 },
      traffic: cluster.has('traffic', this.files)
        ? { missing: [], liveSinceMs: cluster.trafficSinceMs }
        : { missing: ['the route is another one'] },
      verdicts: this.#verdicts(),
    }
  }

  #verdicts(): readonly AnalysisVerdict[] {
    const weight = this.#cluster.weight()
    if (weight === 0 && !this.#cluster.hasMarkedTraffic()) return []
    return this.#world.verdicts({
      record: this.record,
      weight,
      liveSinceMs: this.#cluster.trafficSinceMs,
      startMs: this.#beganMs,
      nowMs: this.nowMs,
    })
  }

  #rendered({ action, record }: Move): readonly RenderedFile[] {
    const { base, candidate } = this.renditions
    const { rollout } = record
    if (rollout !== undefined) return render({ base, candidate, plan: this.plan, rollout })
    if (action === 'finish') return candidate.files
    return action === 'abort' || action === 'abort-finish' ? base.files : this.files
  }
}
