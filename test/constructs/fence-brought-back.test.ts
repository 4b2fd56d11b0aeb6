import { describe, expect, it, onTestFinished } from 'vitest'
import { Lock } from '../../constructs/lock.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { Cluster } from '../control-plane/cluster.ts'
import { chooseCluster } from '../control-plane/cluster-choice.ts'
import { startControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from '../control-plane/eventually.ts'
import { keepLeasesWatched } from '../control-plane/keep-leases-watched.ts'
import { BOOKS, deletePolicies, ObjectCalls, untilRefused } from './lock-calls.ts'
import { objectsIn } from './singleton-fixtures.ts'

const choice = chooseCluster()
const TIMEOUT_MS = 120_000

/*
 * What an API server does with policies on Leases when the last one goes and another one comes.
 * https://github.com/kubernetes/kubernetes/issues/130887
 */
describe.skipIf(choice.kind !== 'binaries')('A fence after the last one of a cluster', () => {
  async function startCluster(keepsOne: boolean): Promise<Cluster> {
    if (choice.kind !== 'binaries') throw new Error('unreachable')
    const plane = await startControlPlane(choice.binaries)
    onTestFinished(() => plane.stop('drop logs'))
    if (keepsOne) await keepLeasesWatched(plane.connection)
    const cluster = new Cluster(async () => plane.connection)
    onTestFinished(() => cluster.leave())
    return cluster
  }

  it.each([
    ['sees no Lease, and lets whoever it is scale', false, 200],
    ['sees Leases where some policy was bound to one all the time', true, 403],
  ])(
    '%s',
    async (_, keepsOne, status) => {
      const cluster = await startCluster(keepsOne)
      const namespace = await cluster.namespace()
      const books = new ObjectCalls(
        cluster,
        `/apis/apps/v1/namespaces/${namespace}/deployments`,
        BOOKS,
      )
      const scale = () => books.patch({ spec: { replicas: 7 } }, '/scale?dryRun=All')
      await cluster.apply([{ ...BOOKS, metadata: { ...BOOKS.metadata, namespace } }])
      const first = lockOn(namespace, 'first')
      await cluster.apply(first)
      await untilRefused('a scale of books', scale)
      await deletePolicies(cluster, first)
      await eventually(
        'anybody may scale',
        async () => (await scale()).status,
        (answer) => answer === 200,
      )

      await cluster.apply(lockOn(namespace, 'later'))
      await untilRefused('a write of books', () =>
        books.patch({ spec: { paused: true } }, '?dryRun=All'),
      )
      if (keepsOne) await untilRefused('a scale of books', scale)
      expect((await scale()).status).toBe(status)
    },
    TIMEOUT_MS,
  )
})

const lockOn = (namespace: string, name: string): readonly KubernetesObject[] =>
  objectsIn(namespace, (scope) => {
    new Lock(scope, name, {
      protects: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'books' }],
    })
  })
