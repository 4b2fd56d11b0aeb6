import { Duration } from 'cdk8s'
import { beforeAll, expect, it } from 'vitest'
import { at, items, text } from '../../../manifests/fields.ts'
import { IMAGE } from '../../constructs/fixtures.ts'
import { eventually } from '../eventually.ts'
import { describeWithFlux } from './describe-with-flux.ts'
import { deploymentOf, serviceOf, syncedApps } from './synced-apps.ts'

const NEWER = IMAGE.replace('1.4.2', '1.4.3')

// The API alone: no controller ever makes a pod, so no deployment becomes healthy.
describeWithFlux('While a deployment does not become healthy', (cluster, suite) => {
  let shop: string
  const image = async () => {
    const live = await cluster.get(deploymentOf(shop, 'web'))
    return at(items(at(live, 'spec', 'template', 'spec', 'containers'))[0], 'image')
  }
  const owner = async () => (await cluster.get(serviceOf(shop, 'web')))?.metadata.labels?.owner
  const isWaiting = async () => {
    const { status } = await suite.flux.kustomization('prod-workloads')
    const reconciling = items(at(status, 'conditions')).find(
      (condition) => at(condition, 'type') === 'Reconciling',
    )
    return text(at(reconciling, 'message'))?.startsWith('Running health checks') ?? false
  }

  /** What the controllers that are not there would write in the end. */
  const becomeHealthy = async () => {
    const { metadata } = (await cluster.get(deploymentOf(shop, 'web'))) ?? {}
    const all = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 }
    const conditions = [
      { type: 'Available', status: 'True' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ]
    const answer = await cluster.send({
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/${shop}/deployments/web/status`,
      body: { status: { observedGeneration: metadata?.generation, ...all, conditions } },
      contentType: 'application/merge-patch+json',
    })
    expect(answer.status).toBe(200)
  }

  /** One app, synced; `wait` says whether its Kustomization waits for it. */
  const begin = async (wait: boolean) => {
    const { rendering, kustomizations } = define({ wait })
    await suite.flux.sync(kustomizations)
    await suite.flux.publish(rendering)
    await suite.flux.untilApplied(undefined, 'prod-traffic')
    await eventually('the workload is there', image, (seen) => seen === IMAGE)
  }
  const define = ({ wait = false, image = IMAGE }) =>
    syncedApps(
      suite.flux,
      { [shop]: { web: { image } } },
      { split: 'environment', retryInterval: Duration.seconds(1), wait },
    )

  /** A commit that only sends traffic elsewhere, as a step of a rollout or an abort does. */
  const redirect = (to: string) =>
    suite.flux.push({
      path: `prod/traffic/${shop}/web/service-web.yaml`,
      write: `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: ${shop}, labels: { owner: ${to} } }
spec: { selector: { track: ${to} }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`,
    })

  beforeAll(() => {
    shop = `${suite.flux.namespace}-shop`
  })

  it('traffic and workloads are applied, since nothing waits', async () => {
    await begin(false)
    const commit = await redirect('blue')
    await suite.flux.untilApplied(commit)
    expect(await owner()).toBe('blue')
    await suite.flux.publish(define({ image: NEWER }).rendering, { overwriteDrift: true })
    await suite.flux.untilApplied()
    expect(await image()).toBe(NEWER)
  })

  it('traffic is applied also where workloads wait, and a fix of the workload only afterwards', async () => {
    await suite.flux.publish(define({}).rendering)
    // Before anything waits, or it would wait for the image that was there before.
    await suite.flux.untilApplied()
    await begin(true)
    await eventually('it waits', isWaiting, (waits) => waits)

    await suite.flux.publish(define({ image: NEWER }).rendering)
    const commit = await redirect('green')

    await suite.flux.untilApplied(commit, 'prod-traffic')
    expect(await owner()).toBe('green')
    expect(await image()).toBe(IMAGE)

    await becomeHealthy()
    await eventually('the fix is applied', image, (seen) => seen === NEWER)
    await becomeHealthy()
    await suite.flux.untilApplied(commit)
  }, 240_000)
})
