import { expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { TickResult } from '../../reconciler/tick.ts'
import { LIVE_ABORT_ANNOTATION, writeLiveAbort } from '../../rollouts/live-abort.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { APP, type Release, releaseOn } from './release-fixture.ts'

const TRAFFIC = {
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace: 'flux-system',
  name: 'prod-traffic-shop',
}

/** Notes on the live route that its rollout was aborted. Syncs leave it, until they apply another route. */
async function note({ cluster, record }: Release): Promise<void> {
  const { rollout } = await record()
  const written = writeLiveAbort({
    app: APP,
    rollout: rollout?.id ?? '',
    reason: 'customers complain',
    at: '2026-11-21T01:00:00Z',
    syncs: [TRAFFIC],
  })
  annotate(cluster, { [LIVE_ABORT_ANNOTATION]: written })
}

function annotate(cluster: Release['cluster'], annotations: object): void {
  const route = cluster.live('HTTPRoute', 'checkout') as KubernetesObject
  Object.assign(route.metadata, { annotations })
}

const reasonsOf = ({ looks }: TickResult): readonly string[] =>
  looks.flatMap(({ decision }) => (decision.kind === 'wait' ? decision.reasons : []))

it('does not come to rest, and says why, until somebody has given back what was suspended', async () => {
  const release = await releaseOn(new MemoryGitRemote())
  const { cluster } = release
  while (cluster.weight('checkout') === 0) await release.tick()
  await note(release)
  cluster.isSynced = false
  await release.tick()
  expect((await release.record()).rollout?.stage.phase).toBe('aborting')

  // The route is as the branch has it by now, as whoever aborts in the cluster leaves it.
  cluster.isSynced = true
  await cluster.sync()
  await note(release)
  cluster.isSynced = false
  for (let looks = 0; looks < 5; looks++) {
    expect(reasonsOf(await release.tick())).toEqual([
      'it was aborted in the cluster, and Kustomization flux-system/prod-traffic-shop is suspended until it is settled: lockstep rollout settle shop/checkout --env prod',
    ])
  }

  annotate(cluster, {})
  const { commits } = await release.tick()
  expect(commits[0]?.moves[0]?.move.action).toBe('abort-finish')
  expect((await release.record()).rollout).toBeUndefined()
})
