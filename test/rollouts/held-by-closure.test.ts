import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isHeldByClosure } from '../../rollouts/held-by-closure.ts'
import { soundPlan } from './plan-fixture.ts'
import { approveAll, isAtRest, released } from './released.ts'

const closure = { reason: 'stopped by prod/STOP (an incident) until somebody deletes it' }

it('what a closure holds is what the reducer does not decide under one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.option(fc.nat(1500)),
      (seed, badSince) => {
        const verdict = (seconds: number) =>
          badSince !== null && seconds > badSince ? 'fail' : 'pass'
        const demand = (seconds: number) => 1 + Math.floor(seconds / 50)
        const release = released(soundPlan, seed, { verdict, demand })
        for (let tick = 0; tick < 2000 && !isAtRest(release); tick++) {
          release.pass()
          const open = release.decide()
          const closed = release.decide({ closure })
          const isHeld = open.kind === 'move' && isHeldByClosure(open)
          expect(closed).toEqual(isHeld ? expect.objectContaining({ kind: 'wait' }) : open)
          if (open.kind === 'move') release.commit(open)
          approveAll(release)
        }
      },
    ),
    { numRuns: 30 },
  )
})
