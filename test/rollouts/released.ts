import { act } from '../../rollouts/acts.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { renditionOf } from './renditions.ts'
import { SimulatedRelease, type SimulatedReleaseProps } from './simulated-release.ts'

const TICKS = 2000

/** A release of a new image, imagined: what happens when follows from a seed. */
export const released = (
  plan: RolloutPlan,
  seed: number,
  extra: Partial<SimulatedReleaseProps> = {},
): SimulatedRelease =>
  new SimulatedRelease({
    plan,
    base: renditionOf('registry.example.com/shop/checkout:1.4', plan),
    candidate: renditionOf('registry.example.com/shop/checkout:1.5', plan),
    random: randomFrom(seed),
    ...extra,
  })

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
