import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FencingPolicy } from '../../constructs/fencing-policy.ts'
import { Lock } from '../../constructs/lock.ts'
import { FencedObjects, fencingAnnotations } from '../../leases/fenced-objects.ts'
import { formatToken } from '../../leases/fencing-token.ts'
import { KubernetesLeaseStore } from '../../leases/kubernetes-lease-store.ts'
import { Locks } from '../../leases/locks.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { ApiClient, type ApiResponse } from '../control-plane/api-client.ts'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { applyServiceAccount, tokenOf } from '../control-plane/service-account.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import {
  BOOKS,
  deletePolicies,
  EPOCH,
  messageOf,
  ObjectCalls,
  stamp,
  TOKEN,
  untilRefused,
  WRITE,
} from './lock-calls.ts'
import { objectsIn } from './singleton-fixtures.ts'

/*
 * The fence on the real API server: facts K40 to K47, each hole with what closes it.
 */
describeWithCluster('What a lock protects, on the real API server', (cluster) => {
  let namespace: string
  let policies: readonly KubernetesObject[] = []
  let connection: ConnectedClient
  let gardener: ApiClient
  let locks: Locks

  beforeAll(async () => {
    namespace = await cluster.namespace()
    const admin = await connectToSharedCluster()
    connection = connect(admin)
    const store = new KubernetesLeaseStore({ client: connection.client, clusterId: 'test' })
    locks = new Locks({ store, holder: 'test', namespace })
    await applyServiceAccount(cluster, 'gardener', [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'create', 'patch', 'delete'] },
    ])
    gardener = new ApiClient({ ...admin, token: await tokenOf(cluster, 'gardener') })
    policies = objectsIn(namespace, (scope) => {
      // Nobody ever holds it, so what it protects is under the object rule alone.
      new Lock(scope, 'idle', {
        protects: ['state', 'made', 'raced', 'malformed', 'rebuilt'].map(configMap),
      })
      new Lock(scope, 'ledger', { protects: [configMap('book'), DEPLOYMENT] })
      new FencingPolicy(scope, 'garden', {
        lock: 'idle',
        protects: [configMap('bed')],
        sharedWith: [
          {
            user: `system:serviceaccount:${namespace}:gardener`,
            risk: 'waters while another digs',
          },
        ],
      })
    })
    for (const name of ['state', 'raced', 'rebuilt', 'book', 'bed']) {
      await cluster.apply([configMapBody({ name })])
    }
    const annotations = { [TOKEN]: 'newest', [EPOCH]: 'test' }
    await cluster.apply([configMapBody({ name: 'malformed', annotations })])
    await cluster.apply([BOOKS])
    await cluster.apply(policies)
    await untilEnforced()
  }, 120_000)

  afterAll(async () => {
    connection?.transport.close()
    gardener?.close()
    await deletePolicies(cluster, policies)
  })

  async function untilEnforced(): Promise<void> {
    const unstamped = { data: { by: 'nobody' } }
    for (const name of ['state', 'book', 'bed']) {
      await untilRefused(`a write of ${name}`, () => on(name).patch(unstamped, '?dryRun=All'))
    }
    await untilRefused('a scale of books', () =>
      books().patch({ spec: { replicas: 7 } }, '/scale?dryRun=All'),
    )
  }

  const on = (name: string) =>
    new ObjectCalls(cluster, `/api/v1/namespaces/${namespace}/configmaps`, configMapBody({ name }))
  const books = () =>
    new ObjectCalls(cluster, `/apis/apps/v1/namespaces/${namespace}/deployments`, BOOKS)

  /** As a holder writes. */
  const write = (name: string, annotations: object): Promise<ApiResponse> =>
    on(name).patch({ metadata: { annotations }, data: { by: JSON.stringify(annotations) } })

  const expectRefused = (response: ApiResponse, message: string) => {
    expect(messageOf(response)).toContain(message)
    expect(response.status).toBe(403)
  }

  const OLDER = 'A later holder of lock idle has written this object'
  const NOT_ITS_OWN = 'Each write of this object says its own token'

  describe('takes no token older than the one it has (K40, K42)', () => {
    it.each<[bigint, bigint]>([
      [9n, 10n],
      [99n, 100n],
      [2n ** 63n - 1n, 2n ** 63n],
      [2n ** 128n, 2n ** 128n + 1n],
    ])('%s after %s', async (older, newer) => {
      expect((await write('state', stamp(newer))).status).toBe(200)
      expect((await write('state', stamp(newer))).status).toBe(200)
      expectRefused(await write('state', stamp(older)), OLDER)
    })

    it('unless a restored store is of a later generation, and never of an earlier', async () => {
      expect((await write('rebuilt', stamp(1_000, 'test.2'))).status).toBe(200)
      expectRefused(await write('rebuilt', stamp(2_000, 'test.1')), OLDER)
      expect((await write('rebuilt', stamp(1, 'test.10'))).status).toBe(200)
      expectRefused(await write('rebuilt', stamp(2_000, 'test.9')), OLDER)
    })

    it('of another store, whose numbers say nothing about it, it takes any', async () => {
      expect((await write('rebuilt', stamp(5_000, 'a.b.c.1'))).status).toBe(200)
      expect((await write('rebuilt', stamp(1, 'new.1'))).status).toBe(200)
      expectRefused(await write('rebuilt', stamp(0, 'new.1')), OLDER)
    })

    it('is not wedged by something there that is no token', async () => {
      expect((await write('malformed', stamp(1))).status).toBe(200)
      expectRefused(await write('malformed', stamp(0)), OLDER)
    })

    it.each([
      ['-1', 'test.1'],
      ['007', 'test.1'],
      ['1e3', 'test.1'],
      ['1'.repeat(40), 'test.1'],
      ['1000000', 'test'],
      ['1000000', 'test.0'],
      ['1000000', ''],
    ])('takes for no token: %s of epoch %j', async (number, epoch) => {
      expectRefused(
        await write('malformed', stamp(number, epoch)),
        'Only holders of lock idle write this object',
      )
    })

    it('in a race of eight writers, none of whom gets in after the first newer one', async () => {
      expect((await write('raced', stamp(100))).status).toBe(200)
      const answers: ApiResponse[] = []
      let stamped: ApiResponse | undefined
      const old = async () => {
        // Each goes on for some writes that the new holder's stamp has to be seen by.
        for (let late = 0; late < 10; late += stamped === undefined ? 0 : 1) {
          answers.push(await write('raced', stamp(100)))
        }
      }
      const writers = Array.from({ length: 8 }, old)
      while (answers.length < 40) await on('raced').read()
      stamped = await write('raced', stamp(101))
      await Promise.all(writers)
      expect(stamped.status).toBe(200)
      const accepted = answers.filter(({ status }) => status === 200)
      expect(accepted.length).toBeGreaterThan(0)
      expect(answers.length - accepted.length).toBeGreaterThanOrEqual(8)
      for (const answer of accepted) {
        expect(versionOf(answer)).toBeLessThan(versionOf(stamped))
      }
      expect((await on('raced').read()).metadata.annotations?.[TOKEN]).toBe('101')
    })
  })

  describe('has each write say its own token (K43)', () => {
    it('also one that patches something else', async () => {
      expectRefused(await on('state').patch({ data: { by: 'patch' } }), NOT_ITS_OWN)
    })

    it('also one that is applied', async () => {
      expectRefused(await on('state').apply({ data: { by: 'apply' } }), NOT_ITS_OWN)
    })

    it('also one that writes what it has read', async () => {
      const response = await on('state').put((state) => ({ ...state, data: { by: 'put' } }))
      expectRefused(response, NOT_ITS_OWN)
    })

    it('also one that only relabels', async () => {
      expectRefused(await on('state').patch({ metadata: { labels: { mine: 'yes' } } }), NOT_ITS_OWN)
    })

    it('also one that says nothing in its place', async () => {
      const annotations = { [WRITE]: '' }
      expectRefused(await on('state').patch({ metadata: { annotations } }), NOT_ITS_OWN)
    })
  })

  describe('is closed at its other doors (K44):', () => {
    it('status does not lower the token', async () => {
      expect((await stampBooks(stamp(1_000))).status).toBe(200)
      const lower = { metadata: { annotations: stamp(999) } }
      expectRefused(await books().patch(lower, '/status'), 'A later holder of lock ledger')
    })

    it('a delete names the version that it means', async () => {
      expectRefused(await on('state').delete(), 'is deleted with a precondition')
      expectRefused(await on('state').deleteAll(), 'is deleted with a precondition')
      const stale = { preconditions: { resourceVersion: '1' } }
      expect((await on('state').delete(stale)).status).toBe(409)
    })

    it('what is made says a token, and may be deleted as the version that was read', async () => {
      expectRefused(await on('made').create(), 'Only holders of lock idle write this object')
      const { [WRITE]: _, ...noWrite } = stamp(1)
      expectRefused(await on('made').create(noWrite), NOT_ITS_OWN)
      const made = await on('made').create(stamp(1))
      expect(made.status, messageOf(made)).toBe(201)
      const { resourceVersion } = (made.body as KubernetesObject).metadata
      const deleted = await on('made').delete({ preconditions: { resourceVersion } })
      expect(deleted.status, messageOf(deleted)).toBe(200)
    })
  })

  describe('is warned early by its Lease, as far as the API server knows it (K41)', () => {
    const EARLY = 'Lock ledger has a later holder'

    it('of an old token on an object that nobody has stamped yet, or that was made anew', async () => {
      const first = await locks.acquire('ledger')
      const older = tokenOfHold(first)
      expect((await write('book', older())).status).toBe(200)
      await first.release()
      const second = await locks.acquire('ledger')
      await untilRefused('a write with the old token', () =>
        on('book').patch({ metadata: { annotations: older() } }, '?dryRun=All'),
      )
      expectRefused(await write('book', older()), EARLY)
      const { resourceVersion } = (await on('book').read()).metadata
      await on('book').delete({ preconditions: { resourceVersion } })
      expectRefused(await on('book').create(older()), EARLY)
      expect((await on('book').create(tokenOfHold(second)())).status).toBe(201)
      expectRefused(await write('book', stamp('9'.repeat(39), 'elsewhere.1')), EARLY)
      await second.release()
    })

    it('and stamped by whoever works under the lock, before the work begins', async () => {
      const path = `/api/v1/namespaces/${namespace}/configmaps/book`
      const protects = [new FencedObjects({ client: connection.client, paths: [path] })]
      await locks.withLock('ledger', { protects }, async ({ token }) => {
        const { annotations } = (await on('book').read()).metadata
        expect(annotations).toMatchObject({ [TOKEN]: String(token.number), [EPOCH]: token.epoch })
        expect((await write('book', fencingAnnotations(token))).status).toBe(200)
      })
    })

    it('of an old token that scales, or of none', async () => {
      const first = await locks.acquire('ledger')
      await stampBooks(tokenOfHold(first)())
      const scale = (replicas: number, manager: string) =>
        books().patch({ spec: { replicas } }, `/scale?fieldManager=${manager}`)
      const oldManager = `lockstep-${formatToken(first.token)}`
      const scaled = await scale(2, oldManager)
      expect(scaled.status, messageOf(scaled)).toBe(200)
      for (const manager of ['kubectl', 'lockstep-', 'lockstep-4', 'lockstep-test:4']) {
        expectRefused(await scale(3, manager), 'Only holders of lock ledger scale this object')
      }
      await first.release()
      const second = await locks.acquire('ledger')
      await untilRefused('a scale with the old token', () => scaleDry(books(), oldManager))
      expectRefused(await scale(4, oldManager), EARLY)
      expect((await scale(5, `lockstep-${formatToken(second.token)}`)).status).toBe(200)
      await second.release()
    })
  })

  describe('leaves controllers their part (K45):', () => {
    it('status, annotations and finalizers, without a token', async () => {
      const hold = await locks.acquire('ledger')
      await hold.release()
      const changes: readonly (readonly [change: object, path: string])[] = [
        [{ status: { observedGeneration: 1, replicas: 1 } }, '/status'],
        [{ metadata: { annotations: { 'deployment.kubernetes.io/revision': '7' } } }, ''],
        [{ metadata: { finalizers: ['example.com/kept'] } }, ''],
        [{ metadata: { finalizers: null } }, ''],
      ]
      for (const [change, path] of changes) {
        const response = await books().patch(change, path)
        expect(response.status, messageOf(response)).toBe(200)
      }
    })

    it('a namespace that goes, with what is held up by a finalizer after its Lease went', async () => {
      const name = await cluster.namespace(`${namespace}-gone`)
      const own = objectsIn(name, (scope) => {
        new Lock(scope, 'ledger', { protects: [configMap('book')] })
      })
      const folder = `/api/v1/namespaces/${name}/configmaps`
      const metadata = { name: 'book', namespace: name, finalizers: ['example.com/kept'] }
      const book = new ObjectCalls(cluster, folder, configMapBody(metadata))
      expect((await book.create()).status).toBe(201)
      await cluster.apply(own)
      await untilRefused('a write', () => book.patch({ data: { by: 'me' } }, '?dryRun=All'))
      await cluster.send({ method: 'DELETE', path: `/api/v1/namespaces/${name}` })
      const leases = `/apis/coordination.k8s.io/v1/namespaces/${name}/leases`
      expect((await cluster.send({ method: 'DELETE', path: leases })).status).toBe(200)
      expect((await cluster.send({ method: 'DELETE', path: folder })).status).toBe(200)
      const freed = await book.patch({ metadata: { finalizers: null } })
      expect(freed.status, messageOf(freed)).toBe(200)
      expect((await cluster.send({ path: `${folder}/book` })).status).toBe(404)
      await deletePolicies(cluster, own)
    })
  })

  describe('that is shared', () => {
    const path = () => `/api/v1/namespaces/${namespace}/configmaps/bed`
    const asGardener = (body: object) =>
      gardener.send({
        method: 'PATCH',
        path: path(),
        body,
        contentType: 'application/merge-patch+json',
      })

    it('is written by whoever it is shared with, who leaves the token alone', async () => {
      expect((await write('bed', stamp(5))).status).toBe(200)
      const watered = await asGardener({ data: { by: 'gardener' } })
      expect(watered.status, messageOf(watered)).toBe(200)
      expectRefused(
        await asGardener({ metadata: { annotations: stamp(6) } }),
        'leaves their token alone',
      )
      expectRefused(await write('bed', stamp(4)), OLDER)
      expect((await gardener.send({ method: 'DELETE', path: path() })).status).toBe(200)
    })
  })

  const stampBooks = (annotations: object) => books().patch({ metadata: { annotations } })
})

const scaleDry = (object: ObjectCalls, manager: string) =>
  object.patch({ spec: { replicas: 9 } }, `/scale?dryRun=All&fieldManager=${manager}`)

const tokenOfHold =
  ({ token }: { readonly token: { readonly number: bigint; readonly epoch: string } }) =>
  () =>
    stamp(token.number, token.epoch)

const versionOf = ({ body }: ApiResponse): bigint =>
  BigInt((body as KubernetesObject).metadata.resourceVersion as string)

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name }) as const
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'books' } as const

const configMapBody = (metadata: KubernetesObject['metadata']): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
})
