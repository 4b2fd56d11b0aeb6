import { next } from '../../rollouts/next.ts'
import type { NextProps } from '../../rollouts/next-props.ts'
import { soundPlan } from '../../test/rollouts/plan-fixture.ts'
import { approveAll, isAtRest, released } from '../../test/rollouts/released.ts'

/**
 * Decisions a second of one core: every look at many releases, as it was when it happened, decided
 * over again.
 */
export function decisionsPerSecond(decisions: number): number {
  const looks = recordedLooks()
  for (const look of looks) next(look)
  const began = performance.now()
  for (let index = 0; index < decisions; index++) {
    const look = looks[index % looks.length]
    if (look !== undefined) next(look)
  }
  return (decisions * 1000) / (performance.now() - began)
}

const RELEASES = 20

function recordedLooks(): readonly NextProps[] {
  const looks: NextProps[] = []
  for (let seed = 1; seed <= RELEASES; seed++) {
    const release = released(soundPlan, seed)
    while (!isAtRest(release)) {
      release.pass()
      looks.push(release.look())
      const decision = release.decide()
      if (decision.kind === 'move') release.commit(decision)
      approveAll(release)
    }
  }
  return looks
}
