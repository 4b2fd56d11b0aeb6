import { describe, expect, it } from 'vitest'
import { checkObjects } from '../../checks/check-objects.ts'
import { canaryCapacity } from '../../checks/rules/canary-capacity.ts'
import { readManifests } from '../../manifests/read-yaml.ts'
import { CanaryWorld, version } from '../gitops/canary-fixture.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { briefPlan } from '../reconciler/release-fixture.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { withTracks } from '../rollouts/renditions.ts'

const problemsOn = async (world: CanaryWorld): Promise<readonly string[]> => {
  const objects = Object.entries(await world.released()).flatMap(([path, text]) =>
    path.startsWith('rollouts/') ? [] : readManifests(text, path),
  )
  const checked = objects.flatMap(({ object }) => (object === undefined ? [] : [{ object }]))
  return checkObjects(checked, { rules: [canaryCapacity] }).map(({ message }) => message)
}

const ROUTE = 'prod/traffic/shop/checkout/httproute.gateway.networking.k8s.io-checkout.yaml'

describe('the capacity of a canary', () => {
  const plan = planWith({
    ...briefPlan.spec,
    steps: [
      { match: { header: 'x-canary', value: 'yes' }, holdSeconds: 10 },
      { weight: 20, holdSeconds: 10 },
      { weight: 50, holdSeconds: 10 },
    ],
  })

  /** A whole rollout, and the route in each of its states. */
  async function released(): Promise<{ world: CanaryWorld; routes: readonly string[] }> {
    const world = new CanaryWorld(new MemoryGitRemote())
    await world.publish(version('1', withTracks, plan))
    await world.publish(version('2', withTracks, plan))
    const routes: string[] = []
    for (let looks = 0; looks < 40; looks++) {
      expect(await problemsOn(world)).toEqual([])
      routes.push((await world.files())[ROUTE] ?? '')
      await world.tick()
    }
    expect((await world.record()).rollout).toBeUndefined()
    return { world, routes: [...new Set(routes)] }
  }

  it('is there in every state of a rollout, and not if an older step is reverted', async () => {
    const { world, routes } = await released()
    const found: string[] = []
    for (const route of routes) {
      await world.edit({ [ROUTE]: route })
      found.push(...(await problemsOn(world)))
    }
    expect([...new Set(found)]).toEqual([
      '100 % of the requests go to Service checkout-canary, and no workload has pods for it',
      '20 % of the requests go to Service checkout-canary, and no workload has pods for it',
      '50 % of the requests go to Service checkout-canary, and no workload has pods for it',
    ])
  })
})
