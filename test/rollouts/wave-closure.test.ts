import { describe, expect, it } from 'vitest'
import type { RecordSpec } from '../../rollouts/record.ts'
import { type WaveMember, waveClosure } from '../../rollouts/wave-closure.ts'
import { planWith } from './plan-fixture.ts'

const member = (app: string, wave: number, record: Partial<RecordSpec> = {}): WaveMember => ({
  app,
  plan: planWith({ wave }),
  record: { count: 1, heldBack: [], former: [], ...record },
})
const queued = { queued: { revision: 'bbb' } }

describe('A wave', () => {
  it.each<[string, Partial<RecordSpec>, string]>([
    ['is queued', queued, 'whose revision bbb is queued'],
    [
      'was aborted last',
      { heldBack: [{ revision: 'bbb', rollout: 'bbb-1', reason: 'errors' }] },
      'whose last rollout was aborted',
    ],
  ])('waits while an app of an earlier one %s', (_, record, state) => {
    const second = member('shop/checkout', 2, queued)
    expect(waveClosure(second, [member('shop/web', 1, record), second])).toEqual({
      reason: `wave 2 waits for shop/web of wave 1, ${state}`,
    })
  })

  it('goes on when what was aborted has been followed by a rollout that was not', () => {
    const heldBack = [{ revision: 'bbb', rollout: 'bbb-1', reason: 'errors' }]
    const second = member('shop/checkout', 2, queued)
    const first = member('shop/web', 1, { count: 2, heldBack })
    expect(waveClosure(second, [first, second])).toBeUndefined()
  })

  it('does not wait for its own or a later one', () => {
    const second = member('shop/checkout', 2, queued)
    const others = [member('shop/web', 2, queued), member('shop/api', 3, queued)]
    expect(waveClosure(second, [second, ...others])).toBeUndefined()
  })
})
