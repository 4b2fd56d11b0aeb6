import { Duration } from 'cdk8s'
import { beforeAll, expect, it } from 'vitest'
import { emitYaml } from '../../../manifests/emit-yaml.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'

const RBAC = 'rbac.authorization.k8s.io'
const FLUX = 'kustomize.toolkit.fluxcd.io'

describeWithFluxAndNodes('A wait for what Flux does not apply', (cluster, flux) => {
  const sync = { retryInterval: Duration.seconds(1) }
  const suite = releaseOfSuite(cluster, flux, {}, { sync })

  /** Whoever looks may see the Kustomizations too. */
  beforeAll(async () => {
    const metadata = { name: 'sees-syncs', namespace: suite.release.namespace }
    const rules = [{ apiGroups: [FLUX], resources: ['kustomizations'], verbs: ['get'] }]
    const { namespace } = metadata
    const subjects = [{ kind: 'ServiceAccount', name: 'lockstep', namespace }]
    const roleRef = { apiGroup: RBAC, kind: 'Role', name: 'sees-syncs' }
    const role = { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules }
    const binding = {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef,
      subjects,
    }
    await cluster.apply([role, binding])
  })

  const untilSaid = (what: string, ...patterns: readonly RegExp[]): Promise<void> => {
    const { release } = suite
    return release.until(what, () =>
      patterns.every((pattern) => release.reasons.some((reason) => pattern.test(reason))),
    )
  }

  it('names the object of another app that holds up all of its Kustomization', async () => {
    const { release } = suite
    const { namespace } = release
    const bad = `prod/traffic/${namespace}/web/by-hand.yaml`
    const metadata = { name: 'Not A Name', namespace }
    await flux.flux.push({
      path: bad,
      write: emitYaml({ apiVersion: 'v1', kind: 'ConfigMap', metadata }),
    })
    await release.publish('1.4.3')
    await untilSaid(
      'the object is named',
      /^HTTPRoute .*\/checkout has spec\.rules/,
      /^Kustomization .*\/prod-traffic cannot apply commit [0-9a-f]{10}: ConfigMap\/.*Not A Name dry-run failed/,
    )
    await flux.flux.push({ path: bad })
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.3')))
    await release.untilWithoutCanary('1.4.3')
  })

  it('says that a Kustomization is suspended, and which commit it has', async () => {
    const { release } = suite
    const suspend = async (isSuspended: boolean): Promise<void> => {
      const { status } = await cluster.send({
        method: 'PATCH',
        path: `/apis/${FLUX}/v1/namespaces/${release.namespace}/kustomizations/prod-workloads`,
        body: { spec: { suspend: isSuspended } },
        contentType: 'application/merge-patch+json',
      })
      expect(status).toBe(200)
    }
    await suspend(true)
    await release.publish('1.4.4')
    await untilSaid(
      'it is said to be suspended',
      /^Deployment .*\/checkout-canary is not there$/,
      /^Kustomization .*\/prod-workloads is suspended$/,
      /^Kustomization .*\/prod-workloads is at commit [0-9a-f]{10}, and not yet at [0-9a-f]{10}, which carries this step$/,
    )
    await suspend(false)
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.4')))
    expect(release.failures()).toEqual([])
  })
})
