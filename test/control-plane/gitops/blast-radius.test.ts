import { Duration } from 'cdk8s'
import { beforeAll, expect, it } from 'vitest'
import { emitYaml } from '../../../manifests/emit-yaml.ts'
import { at, items } from '../../../manifests/fields.ts'
import { IMAGE } from '../../constructs/fixtures.ts'
import { eventually } from '../eventually.ts'
import { describeWithFlux } from './describe-with-flux.ts'
import { stateOf } from './flux.ts'
import { type Apps, deploymentOf, syncedApps } from './synced-apps.ts'

const NEWER = IMAGE.replace('1.4.2', '1.4.3')

describeWithFlux('A commit with an object that cannot be applied', (cluster, suite) => {
  let shop: string
  let search: string
  const props = { split: 'namespace', retryInterval: Duration.seconds(1) } as const
  const apps = (image: string): Apps => ({
    [shop]: { web: { image } },
    [search]: { search: { image } },
  })
  const image = async (namespace: string, name: string) => {
    const live = await cluster.get(deploymentOf(namespace, name))
    return at(items(at(live, 'spec', 'template', 'spec', 'containers'))[0], 'image')
  }

  beforeAll(async () => {
    shop = `${suite.flux.namespace}-shop`
    search = `${suite.flux.namespace}-search`
    const { rendering, kustomizations } = syncedApps(suite.flux, apps(IMAGE), props)
    await suite.flux.sync(kustomizations)
    await suite.flux.publish(rendering)
    await suite.flux.untilApplied()
  })

  const manifest = (apiVersion: string, kind: string, name: string) => (namespace: string) =>
    emitYaml({ apiVersion, kind, metadata: { name, namespace } })

  it.each([
    [
      'that the API server refuses',
      /ConfigMap\/.*Not A Name dry-run failed/,
      manifest('v1', 'ConfigMap', 'Not A Name'),
    ],
    [
      'of a kind that is not served',
      /no matches for kind "Unicorn"/,
      manifest('example.com/v1', 'Unicorn', 'web'),
    ],
    ['in a file that is no YAML', /by-hand\.yaml/, () => 'kind: [\n'],
  ])('holds up its own Kustomization and no other: one %s', async (_, complaint, write) => {
    const bad = `prod/workloads/${shop}/by-hand.yaml`
    await suite.flux.push({ path: bad, write: write(shop) })
    const before = await image(shop, 'web')
    const next = before === IMAGE ? NEWER : IMAGE
    await suite.flux.publish(syncedApps(suite.flux, apps(next), props).rendering)
    const commit = await suite.flux.tip()

    const others = [
      'cluster-workloads',
      `workloads-${search}`,
      `traffic-${search}`,
      `traffic-${shop}`,
    ]
    await suite.flux.untilApplied(commit, ...others.map((name) => `prod-${name}`))
    expect(await image(search, 'search')).toBe(next)
    await eventually(
      'the Kustomization says what holds it up',
      async () => stateOf(await suite.flux.kustomization(`prod-workloads-${shop}`)),
      ({ attempted, message }) => attempted === commit && complaint.test(message),
    )
    expect(await image(shop, 'web')).toBe(before)

    await suite.flux.push({ path: bad })
    await suite.flux.untilApplied()
    expect(await image(shop, 'web')).toBe(next)
  })
})
