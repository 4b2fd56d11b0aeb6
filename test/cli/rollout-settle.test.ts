import { describe, expect, it } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { INVENTORY_FILE, writeInventory } from '../../gitops/inventory.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { LIVE_ABORT_ANNOTATION, writeLiveAbort } from '../../rollouts/live-abort.ts'
import { SUSPENDED_FOR_ANNOTATION } from '../../rollouts/suspended-for.ts'
import {
  clusterInFlight,
  gitRepository,
  KUSTOMIZATIONS,
  kustomization,
  ROUTE,
  SOURCES,
  TRAFFIC,
  withMetadata,
} from '../reconciler/cluster-in-flight.ts'
import { MemoryApiServer } from '../reconciler/memory-api-server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type FakeTerminal, fakeTerminal } from './fake-terminal.ts'
import { memoryKubeconfig } from './memory-kubeconfig.ts'
import { rolloutTerminal } from './rollout-terminal.ts'

describe('lockstep rollout settle', () => {
  it('is printed by abort --live with the environment that the route comes from', async () => {
    const kubeconfig = await memoryKubeconfig(clusterInFlight().api)
    const { stdout, stderr } = await abortLive(kubeconfig)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^Rollout \S+ of shop\/checkout in prod is to be aborted in the cluster/)
    expect(stdout).toContain(
      `    lockstep rollout settle shop/checkout --env prod --kubeconfig ${kubeconfig}\n`,
    )
  })

  it('is printed without an environment where none tells, and with where Applications are', async () => {
    const { api } = clusterInFlight()
    api.edit(TRAFFIC, (sync) => ({ ...sync, spec: { ...(sync.spec as object), path: './' } }))
    const kubeconfig = await memoryKubeconfig(api)
    const { stdout } = await abortLive(kubeconfig, '--argocd-namespace', 'cd')
    expect(stdout).toContain(
      `    lockstep rollout settle shop/checkout --kubeconfig ${kubeconfig} --argocd-namespace cd\n  Nothing here says which environment that is`,
    )
  })

  it('is not needed after an abort that was meant for another cluster', async () => {
    const { api } = clusterInFlight()
    const before = api.get(ROUTE)
    const { stderr, exitCode } = await abortLive(await memoryKubeconfig(api), '--env', 'staging')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/applies shop\/checkout as it is in prod, and not in staging\n {2}→ /)
    expect(api.get(ROUTE)).toEqual(before)
  })

  it('gives back the sync of an app that has left the branch since', async () => {
    const { settle, leave } = await abortedInCluster()
    await leave()
    const { stdout, stderr, exitCode } = await settle('shop/checkout')
    expect([stderr, exitCode]).toEqual(['', undefined])
    expect(stdout).toContain('Kustomization flux-system/prod-traffic-shop syncs again\n')
    expect((await settle('shop/checkout')).stderr).toContain(
      "No rollout of 'shop/checkout' is known in prod",
    )
  })

  it.each(['shop/chekout', 'chekout'])('knows no app %s, and asks what was meant', async (name) => {
    const { settle } = await abortedInCluster()
    const { stderr, exitCode } = await settle(name)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Did you mean ')
  })

  it('does not say that all is well while a sync is suspended that nothing notes', async () => {
    const { settle, api } = await abortedInCluster()
    api.edit(ROUTE, ({ metadata: { annotations: _, ...metadata }, ...route }) => ({
      ...route,
      metadata,
    }))
    const { stderr, exitCode } = await settle('checkout')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Kustomization flux-system/prod-traffic-shop is suspended for')
    expect(stderr).toContain('flux resume kustomization prod-traffic-shop -n flux-system')
  })
})

/** As somebody does who has nothing but a kubeconfig. */
async function abortLive(kubeconfig: string, ...more: readonly string[]): Promise<FakeTerminal> {
  const terminal = fakeTerminal({ cwd: temporaryFolder(), env: { PATH: process.env.PATH } })
  const what = ['rollout', 'abort', 'shop/checkout', '--live', '--kubeconfig', kubeconfig]
  await runProgram([...what, ...more], terminal)
  return terminal
}

interface AbortedInCluster {
  readonly api: MemoryApiServer
  readonly settle: (name: string) => Promise<FakeTerminal>
  /** Takes all apps off the branch, which the source of the sync then has. */
  readonly leave: () => Promise<void>
}

/** A release in its first step, aborted in a cluster that the branch is not synced to since. */
async function abortedInCluster(): Promise<AbortedInCluster> {
  const { release, rollout, until } = await rolloutTerminal()
  await until(1, 'live')
  await release.tick()
  const { rollout: inFlight } = await release.record()
  const api = new MemoryApiServer()
  const sync = kustomization('prod-traffic-shop')
  const { namespace = '', name } = sync.metadata
  const note = writeLiveAbort({
    app: 'shop/checkout',
    rollout: inFlight?.id ?? '',
    reason: 'customers complain',
    at: '2026-11-21T01:00:00Z',
    syncs: [{ group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace, name }],
  })
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': name,
    'kustomize.toolkit.fluxcd.io/namespace': namespace,
  }
  const route = release.cluster.live('HTTPRoute', 'checkout') as KubernetesObject
  const annotations = { [LIVE_ABORT_ANNOTATION]: note }
  api.put(ROUTE.slice(0, ROUTE.lastIndexOf('/')), withMetadata(route, { labels, annotations }))
  const suspended = { annotations: { [SUSPENDED_FOR_ANNOTATION]: 'shop/checkout' } }
  const spec = { ...(sync.spec as object), suspend: true }
  api.put(KUSTOMIZATIONS, { ...withMetadata(sync, suspended), spec })
  const kubeconfig = await memoryKubeconfig(api)
  const { remote } = release.place
  return {
    api,
    settle: (app) => rollout('settle', app, '--kubeconfig', kubeconfig, '--env', 'prod'),
    leave: async () => {
      const tree = await remote.files((await remote.tip('deploy')) ?? '', 'prod')
      const commit = await release.edit([
        ...[...tree.keys()]
          .filter((path) => path !== INVENTORY_FILE)
          .map((path) => ({ path: `prod/${path}` })),
        { path: `prod/${INVENTORY_FILE}`, write: writeInventory({ apps: new Map() }) },
      ])
      api.put(SOURCES, gitRepository(commit))
    },
  }
}
