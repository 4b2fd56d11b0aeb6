import { beforeAll, expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { podTemplateOf } from '../../manifests/pod-template.ts'
import { GOLDENS, GOLDENS_IN_FLIGHT } from '../goldens/goldens.ts'
import { locks } from '../goldens/locks.ts'
import { shopObjects } from '../goldens/shop.ts'
import { describeWithCluster } from './describe-with-cluster.ts'
import { gatewayApiDefinitions } from './gateway-api.ts'

const ALL = [...GOLDENS, ...GOLDENS_IN_FLIGHT]
const APPS = ALL.filter((golden) => !locks.includes(golden))

const ACCEPTED = { accepted: true, message: '', warnings: [] }

const priorityClass = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'high' },
  value: 1000,
}

describeWithCluster('Every golden and the shop, on the real API server', (cluster) => {
  let namespace: string
  beforeAll(async () => {
    namespace = await cluster.namespace()
    await cluster.apply([...(await gatewayApiDefinitions()), priorityClass])
  })

  /** In the namespace of this file instead of the one that all goldens have. */
  const moved = (object: KubernetesObject): KubernetesObject =>
    object.metadata.namespace === undefined
      ? object
      : { ...object, metadata: { ...object.metadata, namespace } }

  it.each(ALL)('is accepted, strictly and without a warning: $name', async (golden) => {
    for (const object of golden.objects('1.36').map(moved)) {
      const where = `${object.kind} ${object.metadata.name}`
      expect(await cluster.dryRun(object), where).toMatchObject(ACCEPTED)
    }
  })

  it('accepts every object of every environment of the shop, strictly and without a warning', async () => {
    for (const [environment, objects] of await shopObjects()) {
      for (const object of objects.map(moved)) {
        const where = `${environment}: ${object.kind} ${object.metadata.name}`
        expect(await cluster.dryRun(object), where).toMatchObject(ACCEPTED)
      }
    }
  })

  it.each(APPS)('makes pods that Pod Security restricted lets in: $name', async (golden) => {
    const pods = golden.objects('1.36').flatMap((object) => podOf(object) ?? [])
    expect(pods).not.toEqual([])
    for (const pod of pods) expect(await cluster.dryRun(pod)).toMatchObject(ACCEPTED)
  })

  it.each(ALL)('changes nothing when it is applied again: $name', async (golden) => {
    const objects = golden.objects('1.36').filter(isWrittenByUsAlone).map(moved)
    const versions = async () => {
      const live = await Promise.all(objects.map((object) => cluster.get(object)))
      return live.map((object) => `${object?.kind} ${object?.metadata.resourceVersion}`)
    }
    await cluster.apply(objects)
    const before = await versions()
    await cluster.apply(objects)
    expect(await versions()).toEqual(before)
  })
})

/**
 * Objects of the namespace, which goes with the tests. A claim is left out: the first time that it
 * is applied again the API server writes it anew, although whoever reads it sees no difference.
 */
const isWrittenByUsAlone = (object: KubernetesObject): boolean =>
  object.metadata.namespace !== undefined && object.kind !== 'PersistentVolumeClaim'

/** A pod as the workload's controller would make it, by an account that exists. */
function podOf(workload: KubernetesObject): KubernetesObject | undefined {
  const template = podTemplateOf(workload)
  if (template === undefined) return undefined
  const { metadata, spec } = template as { metadata: object; spec: { volumes: readonly object[] } }
  const { volumeClaimTemplates = [] } = workload.spec as {
    volumeClaimTemplates?: readonly KubernetesObject[]
  }
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${workload.metadata.name}-0` },
  }))
  const volumes = [...spec.volumes, ...claimed]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: workload.metadata.name },
    spec: { ...spec, volumes, serviceAccountName: 'default' },
  }
}
