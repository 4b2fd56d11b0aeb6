import { Duration } from 'cdk8s'
import { beforeAll, expect, it } from 'vitest'
import {
  atMostOne,
  type ByteAmount,
  Environment,
  Namespace,
  SingletonService,
} from '../../../constructs/index.ts'
import { at, items } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { image, served } from '../../goldens/golden.ts'
import { eventually } from '../eventually.ts'
import { describeWithFluxAndNodes } from './describe-with-flux.ts'
import { syncedEnvironment } from './synced-apps.ts'

/** The recipe "A larger volume" of docs/singleton.md, step by step. */
describeWithFluxAndNodes('The volume of an at-most-one service', (cluster, suite) => {
  let namespace: string
  let before: KubernetesObject | undefined

  const define = (size: ByteAmount) =>
    syncedEnvironment(
      suite.flux,
      (app) => {
        const prod = new Environment(app, 'prod', { owner: 'platform-team', images: {} })
        new SingletonService(new Namespace(prod, namespace, { existing: true }), 'search', {
          ...served,
          image: image('web'),
          guarantee: atMostOne({
            volumes: { data: { path: '/var/lib/search', size, storageClass: namespace } },
          }),
        })
        return prod
      },
      { retryInterval: Duration.seconds(1) },
    )
  const inNamespace = (apiVersion: string, kind: string, name: string): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
  })
  const statefulSet = () => inNamespace('apps/v1', 'StatefulSet', 'search')
  const claim = () => inNamespace('v1', 'PersistentVolumeClaim', 'data-search-0')
  const pod = () => cluster.get(inNamespace('v1', 'Pod', 'search-0'))
  const request = ({ spec }: KubernetesObject) => at(spec, 'resources', 'requests', 'storage')
  const template = ({ spec }: KubernetesObject) =>
    request(items(at(spec, 'volumeClaimTemplates'))[0] as KubernetesObject)
  const isReady = ({ status }: KubernetesObject) => at(status, 'readyReplicas') === 1
  const ask = (size: string) =>
    cluster.send({
      method: 'PATCH',
      path: `/api/v1/namespaces/${namespace}/persistentvolumeclaims/data-search-0`,
      body: { spec: { resources: { requests: { storage: size } } } },
      contentType: 'application/merge-patch+json',
    })

  beforeAll(async () => {
    namespace = await cluster.namespace()
    await cluster.apply(storage(namespace))
    const { rendering, kustomizations } = define('10Gi')
    await suite.flux.publish(rendering)
    await suite.flux.sync(kustomizations)
    await cluster.until(statefulSet(), isReady)
    before = await pod()
  })

  it('cannot shrink', async () => {
    expect(await ask('5Gi')).toMatchObject({ status: 422 })
  })

  it('cannot be made larger by a publish alone, which says the way', async () => {
    const { outcome, plan } = await suite.flux.publish(define('20Gi').rendering)
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([
      {
        kind: 'immutable-field',
        object: `StatefulSet.apps ${namespace}/search`,
        remedy: expect.stringContaining('"A larger volume" in docs/singleton.md'),
      },
    ])
  })

  it('grows by its claim, under the running pod', async () => {
    expect(await ask('20Gi')).toMatchObject({ status: 200 })
    expect(request((await cluster.get(claim())) as KubernetesObject)).toBe('20Gi')
  })

  it('is the size of the definitions when the StatefulSet is made anew around the pod', async () => {
    const allowDestroy = [`StatefulSet.apps ${namespace}/search`]
    const { outcome } = await suite.flux.publish(define('20Gi').rendering, { allowDestroy })
    expect(outcome).toBe('published')

    const { status } = await cluster.send({
      method: 'DELETE',
      path: `/apis/apps/v1/namespaces/${namespace}/statefulsets/search?propagationPolicy=Orphan`,
    })
    expect(status).toBe(200)

    await suite.flux.untilApplied()
    const anew = await cluster.until(
      statefulSet(),
      (seen) => template(seen) === '20Gi' && isReady(seen),
    )
    await eventually('the pod has its owner', pod, (seen) => ownerOf(seen) === anew.metadata.uid)
  })

  it('was never without its pod, and is on the same claim', async () => {
    const after = await pod()
    expect(after?.metadata.uid).toBe(before?.metadata.uid)
    expect(after?.metadata.deletionTimestamp).toBeUndefined()
    expect(ownerOf(after)).not.toBe(ownerOf(before))
    expect(await ask('20Gi')).toMatchObject({ status: 200 })
  })
})

const ownerOf = (object: KubernetesObject | undefined): unknown =>
  at(items(object?.metadata.ownerReferences)[0], 'uid')

/** A class whose volumes can grow, and one volume; nobody provides any, and nothing stores. */
const storage = (namespace: string): readonly KubernetesObject[] => [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: namespace },
    provisioner: 'kubernetes.io/no-provisioner',
    allowVolumeExpansion: true,
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${namespace}-data-search-0` },
    spec: {
      storageClassName: namespace,
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOncePod'],
      csi: { driver: 'storage.example.com', volumeHandle: namespace },
      claimRef: { namespace, name: 'data-search-0' },
    },
  },
]
