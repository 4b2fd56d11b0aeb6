import { stepName, weightOf } from '../reconciler/step-name.ts'
import { act } from '../rollouts/acts.ts'
import type { Closure, Move, Wait } from '../rollouts/decision.ts'
import { freezeAt, freezeClosure } from '../rollouts/freeze-calendar.ts'
import { SimulatedRelease, type SimulatedReleaseProps } from '../rollouts/simulated-release.ts'

export interface SimulationProps extends SimulatedReleaseProps {
  /** When a person comes and says yes to whatever waits, in milliseconds since the start. */
  readonly approvalsMs: readonly number[]
}

/** Something that happens in a simulation. */
export interface SimulatedEvent {
  /** Milliseconds since the start. */
  readonly afterMs: number
  /** What is committed, with where that is; or what is waited for. */
  readonly said: string
  /** Why it is committed, as sentences; empty for a wait. */
  readonly evidence: readonly string[]
  readonly isCommit: boolean
}

/** How it has ended. `unfinished`: nothing more would happen by itself. */
export type SimulationEnd = 'promoted' | 'aborted' | 'unfinished'

/** More looks than a release needs that comes to an end. */
const MOST_LOOKS = 500_000

/** Runs a release on a virtual clock, and tells each commit and each new reason to wait. */
export function simulateRelease(
  props: SimulationProps,
  tell: (event: SimulatedEvent) => void,
): SimulationEnd {
  const simulation = new Simulation(props, tell)
  for (let looks = 0; looks < MOST_LOOKS && !simulation.isOver; looks++) simulation.look()
  return simulation.end
}

class Simulation {
  readonly #release: SimulatedRelease
  readonly #startMs: number
  readonly #tell: (event: SimulatedEvent) => void
  readonly #approvalsMs: readonly number[]
  #approvals = 0
  #waits: readonly string[] = []

  constructor(props: SimulationProps, tell: (event: SimulatedEvent) => void) {
    this.#release = new SimulatedRelease(props)
    this.#startMs = this.#release.nowMs
    this.#tell = tell
    this.#approvalsMs = [...props.approvalsMs].sort((a, b) => a - b)
  }

  get isOver(): boolean {
    const { rollout, queued } = this.#release.record
    return rollout === undefined && queued === undefined
  }

  get end(): SimulationEnd {
    if (!this.isOver) return 'unfinished'
    return this.#release.record.heldBack.length > 0 ? 'aborted' : 'promoted'
  }

  look(): void {
    this.#letPeopleCome()
    this.#release.pass()
    const decision = this.#release.decide(closureAt(this.#release))
    if (decision.kind === 'move') this.#commit(decision)
    else this.#wait(decision)
  }

  /** Whoever comes while nothing waits has come for nothing. */
  #letPeopleCome(): void {
    for (;;) {
      const comesMs = this.#approvalsMs[this.#approvals]
      if (comesMs === undefined || comesMs > this.#release.nowMs - this.#startMs) return
      this.#approvals += 1
      const move = approval(this.#release, `person ${this.#approvals}`)
      if (move !== undefined) this.#commit(move)
    }
  }

  #commit(move: Move): void {
    this.#release.commit(move)
    this.#waits = []
    const said = described(this.#release, move)
    this.#say({ said, evidence: move.evidence, isCommit: true })
  }

  #wait({ reasons, untilMs }: Wait): void {
    const fresh = reasons.filter((reason) => !this.#waits.includes(reason))
    this.#waits = reasons
    for (const said of fresh) this.#say({ said, evidence: [], isCommit: false })
    // With nothing in flight nothing can happen meanwhile.
    const isAtRest = this.#release.record.rollout === undefined
    if (isAtRest && untilMs !== undefined) {
      this.#release.nowMs = Math.max(this.#release.nowMs, untilMs)
    }
  }

  #say(event: Omit<SimulatedEvent, 'afterMs'>): void {
    this.#tell({ ...event, afterMs: this.#release.nowMs - this.#startMs })
  }
}

function closureAt({ plan, nowMs }: SimulatedRelease): { readonly closure?: Closure } {
  const freeze = freezeAt(plan.spec.freezeWindows, nowMs)
  return freeze === undefined ? {} : { closure: freezeClosure(freeze) }
}

/** `undefined` if nothing waits for it. */
function approval({ plan, record, nowMs }: SimulatedRelease, name: string): Move | undefined {
  const { awaiting, candidate = '' } = record.rollout ?? {}
  if (awaiting === undefined) return undefined
  const { step, gate } = awaiting
  return act(
    { action: 'approve', revision: candidate, gate: { step, gate } },
    { plan, record, actor: { name, proof: 'imagination' }, nowMs },
  )
}

function described({ plan }: SimulatedRelease, { action, record: { rollout } }: Move): string {
  if (rollout === undefined) return action
  return `${action}, step ${stepName(plan, rollout)}, weight ${weightOf(plan, rollout)}`
}
