import { expect, it } from 'vitest'
import type { CanaryRolloutProps, FreezeWindow } from '../../constructs/index.ts'
import { publish } from '../../gitops/publish.ts'
import { BranchGates } from '../../reconciler/branch-gates.ts'
import { routed } from '../constructs/canary-fixtures.ts'
import { synthesisOf, weekend } from '../constructs/canary-tree.ts'
import { argoed, flaggered } from '../constructs/engine-fixtures.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'

/** A deploy branch that an app is published to, and its gate. */
function branch() {
  const place = { remote: new MemoryGitRemote(), branch: 'deploy', environment: 'prod' }
  const gates = new BranchGates()
  return {
    files: async () => {
      const tip = (await place.remote.tip('deploy')) ?? ''
      return [...(await place.remote.files(tip, 'prod/rollouts/shop/checkout')).keys()]
    },
    publish: async (props: CanaryRolloutProps, windows: readonly FreezeWindow[]) => {
      const { renderings } = synthesisOf(() => {}, props, windows)
      for (const rendering of renderings) {
        await publish({ remote: place.remote, branch: place.branch, rendering })
      }
    },
    ask: async (time: string) => {
      const app = { namespace: 'shop', name: 'checkout' }
      const gateOf = await gates.read(place, [app])
      return gateOf(app)({ nowMs: Date.parse(time), role: undefined })
    },
  }
}

const SATURDAY = '2026-11-21T12:00:00+09:00'
const TUESDAY = '2026-11-24T12:00:00+09:00'

it.each([
  ['Flagger', flaggered],
  ['Argo Rollouts', argoed],
])('a release by %s waits for the end of the freeze window published with it', async (_, props) => {
  const { publish, ask } = branch()
  await publish(props, [weekend])
  expect(await ask(SATURDAY)).toEqual({
    state: 'pending',
    reason: "frozen for 'weekend' until 2026-11-23T08:00:00+09:00[Asia/Seoul]",
  })
  expect(await ask(TUESDAY)).toMatchObject({ state: 'approved' })
  await publish(props, [])
  expect(await ask(SATURDAY)).toMatchObject({ state: 'approved' })
})

it('a release by Flagger of an app that Lockstep has released before has its gates, and no plan', async () => {
  const { publish, ask, files } = branch()
  await publish(routed, [weekend])
  expect(await files()).toContain('plan.yaml')
  await publish(flaggered, [weekend])
  expect(await files()).toEqual(['gates.yaml'])
  expect(await ask(SATURDAY)).toMatchObject({ state: 'pending' })
  expect(await ask(TUESDAY)).toMatchObject({ state: 'approved' })
})
