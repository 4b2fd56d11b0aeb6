import { act } from '../../rollouts/acts.ts'
import type { AnalysisVerdict } from '../../rollouts/analysis-verdict.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { SimulatedRelease } from '../../rollouts/simulated-release.ts'
import type { SimulatedWorld } from '../../rollouts/simulated-world.ts'
import { renditionOf } from './renditions.ts'

const TICKS = 2000

export const IMAGE = 'registry.example.com/shop/checkout'

interface Imagined {
  /** By the time in seconds since the start. */
  readonly demand?: (seconds: number) => number
  readonly verdict?: (seconds: number) => AnalysisVerdict['outcome']
}

/** A release of a new image, imagined: what happens when follows from a seed. */
export const released = (
  plan: RolloutPlan,
  seed: number,
  imagined: Imagined = {},
): SimulatedRelease =>
  new SimulatedRelease({
    environment: 'prod',
    plan,
    base: renditionOf(`${IMAGE}:1.4`, plan),
    candidate: renditionOf(`${IMAGE}:1.5`, plan),
    world: anyWorld(randomFrom(seed), imagined),
  })

/** In which nothing comes when it is expected. */
function anyWorld(random: () => number, { demand, verdict }: Imagined): SimulatedWorld {
  return {
    passMs: () => 1000 * (1 + Math.floor(random() * 20)),
    syncs: () => random() < 0.5,
    getReady: () => Math.floor(random() * 4),
    verdicts: ({ startMs, nowMs }) => {
      const outcome = verdict?.((nowMs - startMs) / 1000) ?? 'pass'
      return [{ metric: 'success-rate', outcome, reason: `success rate: ${outcome}` }]
    },
    ...(demand !== undefined && { demand }),
  }
}

/** Numbers between 0 and 1 that follow from a seed (xorshift, 32 bits). */
export function randomFrom(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

export const isAtRest = ({ record }: SimulatedRelease): boolean =>
  record.rollout === undefined && record.queued === undefined

export const approver = { name: 'alice', proof: 'a test' }

/** Gives every approval that is waited for. */
export function approveAll(release: SimulatedRelease): void {
  const { rollout } = release.record
  if (rollout?.awaiting === undefined) return
  const { since, ...gate } = rollout.awaiting
  const move = act(
    { action: 'approve', revision: rollout.candidate, gate },
    { plan: release.plan, record: release.record, actor: approver, nowMs: release.nowMs },
  )
  if (move !== undefined) release.commit(move)
}

export function runToRest(release: SimulatedRelease, eachTick?: () => void): void {
  for (let tick = 0; tick < TICKS && !isAtRest(release); tick++) {
    release.tick()
    approveAll(release)
    eachTick?.()
  }
}

/** Some looks at a rollout after its start. */
export function runInto(release: SimulatedRelease, ticks: number): void {
  while (release.record.count === 0) release.tick()
  for (let tick = 0; tick < ticks && !isAtRest(release); tick++) {
    release.tick()
    approveAll(release)
  }
}
