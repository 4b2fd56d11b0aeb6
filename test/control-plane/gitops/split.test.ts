import { Duration } from 'cdk8s'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { SyncSplit } from '../../../constructs/index.ts'
import { eventually } from '../eventually.ts'
import { describeWithFlux } from './describe-with-flux.ts'
import { stateOf } from './flux.ts'
import { deploymentOf, serviceOf, syncedApps } from './synced-apps.ts'

describeWithFlux('Splitting the sync of an environment', (cluster, suite) => {
  let shop: string
  const define = (apps: readonly string[], split: SyncSplit, prune = true) =>
    syncedApps(
      suite.flux,
      { [shop]: Object.fromEntries(apps.map((app) => [app, {}])) },
      { split, prune, existing: true, retryInterval: Duration.seconds(1) },
    )
  const uidOf = async (app: string) => (await cluster.get(deploymentOf(shop, app)))?.metadata.uid

  beforeAll(async () => {
    shop = await cluster.namespace(`${suite.flux.namespace}-shop`)
  })

  // One of the split before would apply the app too, and take it along when it is deleted.
  beforeEach(async () => {
    await suite.flux.sync([])
    await suite.flux.untilGone()
  })

  it.each<SyncSplit>(['environment', 'namespace', 'app'])(
    'by %s: the last app of a namespace is pruned, although Git keeps no empty folder',
    async (split) => {
      const { rendering, kustomizations } = define(['web'], split)
      await suite.flux.publish(rendering)
      await suite.flux.sync(kustomizations)
      await suite.flux.untilApplied()
      expect(await uidOf('web')).toBeDefined()

      await suite.flux.publish(define([], split).rendering)
      await suite.flux.untilApplied()
      expect(await uidOf('web')).toBeUndefined()
      expect(await cluster.get(serviceOf(shop, 'web'))).toBeUndefined()
    },
    240_000,
  )

  it.each<[SyncSplit, SyncSplit]>([
    ['environment', 'app'],
    ['app', 'namespace'],
    ['namespace', 'environment'],
  ])(
    'changes from %s to %s without deleting anything, in three steps',
    async (from, to) => {
      const apps = ['web', 'api']
      const syncAndWait = async (split: SyncSplit, prune: boolean) => {
        const { kustomizations } = define(apps, split, prune)
        await suite.flux.sync(kustomizations)
        await eventually(
          'the Kustomizations are as they were made, and no others',
          async () => (await suite.flux.kustomizations()).map(stateOf),
          (states) => states.length === kustomizations.length && states.every(({ ready }) => ready),
        )
      }
      const uids = () => Promise.all(apps.map(uidOf))
      await suite.flux.publish(define(apps, from).rendering)
      await syncAndWait(from, true)
      await suite.flux.untilApplied()
      const before = await uids()
      expect(before).not.toContain(undefined)

      await syncAndWait(from, false)
      await syncAndWait(to, false)
      await syncAndWait(to, true)

      expect(await uids()).toEqual(before)
    },
    240_000,
  )
})
