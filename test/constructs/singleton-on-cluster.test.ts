import { expect, it } from 'vitest'
import { neverWithout } from '../../constructs/drains.ts'
import { atMostOne, elected, type Guarantee, usuallyOne } from '../../constructs/guarantee.ts'
import type { Namespace } from '../../constructs/namespace.ts'
import { SingletonJob } from '../../constructs/singleton-job.ts'
import { SingletonService } from '../../constructs/singleton-service.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { Cluster } from '../control-plane/cluster.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { listening, objectsIn, worker } from './singleton-fixtures.ts'

const volumes = { data: { path: '/var/lib/ledger', size: '5Gi' } } as const
const nightly = { ...worker, schedule: '0 3 * * *', timeZone: 'Asia/Seoul' } as const

const service = (guarantee: Guarantee) => (scope: Namespace) =>
  new SingletonService(scope, 'ledger', { ...listening, guarantee })

const GOLDENS: readonly (readonly [string, (scope: Namespace) => unknown])[] = [
  ['at most one', service(atMostOne())],
  ['at most one, with a volume', service(atMostOne({ volumes }))],
  [
    'at most one that does not listen, and blocks drains',
    (scope) =>
      new SingletonService(scope, 'ledger', {
        ...worker,
        guarantee: atMostOne(),
        drains: neverWithout('the storage team moves the volume'),
      }),
  ],
  ['usually one', service(usuallyOne())],
  ['usually one, with a volume', service(usuallyOne({ volumes }))],
  ['elected for requests', service(elected({ work: 'requests' }))],
  ['elected for supervised work', service(elected({ work: 'supervised', replicas: 3 }))],
  ['elected to cooperate', service(elected({ work: 'cooperative' }))],
  ['elected by the app', service(elected({ work: 'cooperative', elector: 'app' }))],
  [
    'of the longest name',
    (scope) =>
      new SingletonService(scope, 'a'.repeat(52), { ...listening, guarantee: atMostOne() }),
  ],
  [
    'elected, of the longest name',
    (scope) =>
      new SingletonService(scope, 'a'.repeat(63), {
        ...listening,
        guarantee: elected({ work: 'requests' }),
      }),
  ],
  ['a job', (scope) => new SingletonJob(scope, 'report', { ...nightly, fatalExitCodes: [65, 3] })],
  ['a job with a lock', (scope) => new SingletonJob(scope, 'report', { ...nightly, lock: true })],
  ['a job of the longest name', (scope) => new SingletonJob(scope, 'a'.repeat(52), nightly)],
]

describeWithCluster('A singleton on the real API server', (cluster) => {
  it.each(GOLDENS)(
    'is taken as it is, in a namespace that is restricted: %s',
    async (_, define) => {
      for (const object of objectsIn(await cluster.namespace(), define)) {
        expect(
          await cluster.dryRun(object),
          `${object.kind} ${object.metadata.name}`,
        ).toMatchObject({
          accepted: true,
          message: '',
          warnings: [],
        })
      }
    },
  )

  it('changes nothing when it is applied again', async () => {
    const name = await inNamespace(cluster, 'again')
    const objects = [
      ...objectsIn(name, service(elected({ work: 'requests' }))),
      ...objectsIn(name, (scope) => new SingletonJob(scope, 'report', { ...nightly, lock: true })),
      ...objectsIn(
        name,
        (scope) =>
          new SingletonService(scope, 'search', {
            ...listening,
            guarantee: atMostOne({ volumes }),
          }),
      ),
    ]
    await cluster.apply(objects)
    const before = await versionsOf(cluster, objects)
    await cluster.apply(objects)
    expect(await versionsOf(cluster, objects)).toEqual(before)
  })

  it('may become usually one when it was elected: the bounds of the rolling update go', async () => {
    const name = await inNamespace(cluster, 'changed')
    await cluster.apply(objectsIn(name, service(elected({ work: 'cooperative' }))))
    await cluster.apply(objectsIn(name, service(usuallyOne())))
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'ledger', namespace: name },
    }
    expect((await cluster.get(deployment))?.spec).toMatchObject({ strategy: { type: 'Recreate' } })
  })

  it('keeps the Service of its callers whatever the guarantee becomes', async () => {
    const name = await inNamespace(cluster, 'called')
    for (const guarantee of [
      atMostOne(),
      usuallyOne(),
      elected({ work: 'requests' }),
      elected({ work: 'supervised' }),
      atMostOne(),
    ]) {
      const services = objectsIn(name, service(guarantee)).filter(({ kind }) => kind === 'Service')
      await cluster.apply(services)
    }
  })
})

/** A namespace for one test, beside that of the file. */
const inNamespace = async (cluster: Cluster, name: string): Promise<string> =>
  cluster.namespace(`${await cluster.namespace()}-${name}`)

async function versionsOf(cluster: Cluster, objects: readonly KubernetesObject[]) {
  const versions: Record<string, unknown> = {}
  for (const object of objects) {
    const live = await cluster.get(object)
    versions[`${object.kind} ${object.metadata.name}`] = live?.metadata.resourceVersion
  }
  return versions
}
