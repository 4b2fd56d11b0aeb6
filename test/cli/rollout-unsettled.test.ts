import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { LIVE_ABORT_ANNOTATION, type LiveAbort, writeLiveAbort } from '../../rollouts/live-abort.ts'
import { SUSPENDED_FOR_ANNOTATION } from '../../rollouts/suspended-for.ts'
import {
  DEPLOYMENTS,
  gitRepository,
  KUSTOMIZATIONS,
  kustomization,
  SOURCES,
  withMetadata,
} from '../reconciler/cluster-in-flight.ts'
import { MemoryApiServer } from '../reconciler/memory-api-server.ts'
import { planWith, ratioSpec } from '../rollouts/plan-fixture.ts'
import { memoryKubeconfig } from './memory-kubeconfig.ts'
import { quickPlan, type RolloutTerminal, rolloutTerminal } from './rollout-terminal.ts'

const AT = '2026-11-21T01:00:00Z'
const COMMAND = 'lockstep rollout settle shop/checkout --env prod'
const WORKLOADS = 'Kustomization flux-system/prod-workloads-shop'
const guessOf = (sync: string): string =>
  `${sync} may still be suspended since it was aborted in the cluster at ${AT}: ${COMMAND}\n`

const unroutedPlan = planWith({
  ...ratioSpec,
  steps: [{ weight: 25, holdSeconds: 1 }],
  freezeWindows: [],
  deadlineSeconds: 1_000_000_000,
})

/** As `abort --live` leaves the cluster that is imagined, with the branch away since. */
async function abortInCluster(
  { release, until }: RolloutTerminal,
  kind: 'HTTPRoute' | 'Deployment',
): Promise<LiveAbort> {
  await until(1, 'live')
  const { cluster } = release
  await cluster.sync()
  cluster.isSynced = false
  const isRouted = kind === 'HTTPRoute'
  const abort: LiveAbort = {
    app: 'shop/checkout',
    rollout: (await release.record()).rollout?.id ?? '',
    reason: 'customers complain',
    at: AT,
    syncs: [
      {
        group: 'kustomize.toolkit.fluxcd.io',
        kind: 'Kustomization',
        namespace: 'flux-system',
        name: isRouted ? 'prod-traffic-shop' : 'prod-workloads-shop',
      },
    ],
    ...(!isRouted && { replicas: 10 }),
  }
  const noted = cluster.live(kind, 'checkout') as KubernetesObject
  const annotations = { [LIVE_ABORT_ANNOTATION]: writeLiveAbort(abort) }
  Object.assign(noted.metadata, withMetadata(noted, { annotations }).metadata)
  if (!isRouted) {
    const canary = cluster.live('Deployment', 'checkout-canary') as KubernetesObject
    Object.assign(canary.spec as object, { replicas: 0 })
  }
  return abort
}

/** What whoever settles it sees of that cluster. */
function clusterOf({ release }: RolloutTerminal): MemoryApiServer {
  const api = new MemoryApiServer()
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': 'prod-workloads-shop',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  }
  for (const name of ['checkout', 'checkout-canary']) {
    const track = release.cluster.live('Deployment', name) as KubernetesObject
    api.put(DEPLOYMENTS, withMetadata(structuredClone(track), { labels }))
  }
  const sync = kustomization('prod-workloads-shop')
  const suspended = { annotations: { [SUSPENDED_FOR_ANNOTATION]: 'shop/checkout' } }
  const spec = { ...(sync.spec as object), suspend: true }
  api.put(KUSTOMIZATIONS, { ...withMetadata(sync, suspended), spec })
  return api
}

const tipOf = async ({ release }: RolloutTerminal): Promise<string> =>
  (await release.place.remote.tip('deploy')) ?? ''

// Several processes of Git a test, on machines that may be busy.
describe('An abort in the cluster that nobody has settled', { timeout: 120_000 }, () => {
  it('is shown by the branch alone while it keeps the rollout in flight', async () => {
    const terminal = await rolloutTerminal(quickPlan)
    await abortInCluster(terminal, 'HTTPRoute')
    await terminal.release.tick()
    const guess = guessOf('Kustomization flux-system/prod-traffic-shop')
    expect((await terminal.rollout('ls')).stdout).toMatch(/\nprod +shop\/checkout +aborting /)
    expect((await terminal.rollout('ls')).stdout).toContain(`\nprod shop/checkout: ${guess}`)
    expect((await terminal.rollout('show', 'checkout')).stdout).toContain(`  unsettled   ${guess}`)
  })

  it('is shown at rest, where pods were the weights, until it is settled', async () => {
    const terminal = await rolloutTerminal(unroutedPlan)
    const { release, rollout } = terminal
    const abort = await abortInCluster(terminal, 'Deployment')
    await release.untilRest()

    expect((await rollout('ls')).stdout).toMatch(/\nprod +shop\/checkout +at rest /)
    expect((await rollout('ls')).stdout).toContain(`\nprod shop/checkout: ${guessOf(WORKLOADS)}`)
    expect((await rollout('show', 'checkout')).stdout).toContain(
      `  unsettled   ${guessOf(WORKLOADS)}`,
    )
    const [listed] = JSON.parse((await rollout('ls', '--json')).stdout)
    expect(listed.rollouts[0].unsettled).toEqual({
      rollout: abort.rollout,
      at: AT,
      syncs: [WORKLOADS],
    })

    const api = clusterOf(terminal)
    const where = ['--kubeconfig', await memoryKubeconfig(api)]
    expect((await rollout('show', 'checkout', ...where)).stdout).toContain(
      `  unsettled   ${WORKLOADS} is suspended since shop/checkout was aborted in the cluster, until ${COMMAND}\n`,
    )

    api.put(SOURCES, gitRepository(await tipOf(terminal)))
    const settled = await rollout(...COMMAND.split(' ').slice(2), ...where)
    expect(settled.stderr).toBe('')
    expect(settled.stdout).toMatch(
      /\n {2}Kustomization flux-system\/prod-workloads-shop syncs again\n/,
    )
    expect(settled.stdout).toMatch(/\n {2}The branch knows that it is settled, as \w{12}\n$/)
    for (const shown of [['ls'], ['show', 'checkout'], ['show', 'checkout', ...where]]) {
      const { stdout } = await rollout(...shown)
      expect(stdout).not.toMatch(/may still be|unsettled/)
    }
    expect((await rollout('settle', 'checkout', ...where)).stdout).toBe(
      'Nothing to do: no abort of shop/checkout in prod was made in the cluster\n',
    )
  })

  it('is shown by the cluster alone, where the branch never heard of it', async () => {
    const terminal = await rolloutTerminal(unroutedPlan)
    const { release, rollout, until } = terminal
    await until(1, 'live')
    await release.cluster.sync()
    const api = clusterOf(terminal)
    const where = ['--kubeconfig', await memoryKubeconfig(api)]
    await release.abort('over')
    await release.untilRest()
    expect((await rollout('show', 'checkout')).stdout).not.toContain('unsettled')
    expect((await rollout('show', 'checkout', ...where)).stdout).toContain(`until ${COMMAND}\n`)
  })

  it('that somebody has given back by hand is forgotten by settle, on its own cluster alone', async () => {
    const terminal = await rolloutTerminal(unroutedPlan)
    const { release, rollout } = terminal
    await abortInCluster(terminal, 'Deployment')
    await release.untilRest()
    const before = await tipOf(terminal)
    const elsewhere = await memoryKubeconfig(new MemoryApiServer())
    expect(await rollout('settle', 'checkout', '--kubeconfig', elsewhere)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/nothing says that it is the one of prod\n.*--cluster-checked/),
    })
    expect(await tipOf(terminal)).toBe(before)

    const api = clusterOf(terminal)
    api.put(KUSTOMIZATIONS, kustomization('prod-workloads-shop'))
    api.edit(
      `${DEPLOYMENTS}/checkout`,
      ({ metadata: { annotations: _, ...metadata }, ...rest }) => ({
        ...rest,
        metadata,
      }),
    )
    const kubeconfig = await memoryKubeconfig(api)
    const { stdout, stderr } = await rollout('settle', 'checkout', '--kubeconfig', kubeconfig)
    expect(stderr).toBe('')
    expect(stdout).toContain('The branch knows that it is settled, as ')
    expect((await rollout('ls')).stdout).not.toContain('may still be')
  })
})
