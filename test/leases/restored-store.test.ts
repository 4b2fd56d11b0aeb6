import { expect, it } from 'vitest'
import { FencedObjects } from '../../leases/fenced-objects.ts'
import { compareTokens, IncomparableTokensError } from '../../leases/fencing-token.ts'
import { KubernetesLeaseStore } from '../../leases/kubernetes-lease-store.ts'
import { Locks } from '../../leases/locks.ts'
import { chooseCluster } from '../control-plane/cluster-choice.ts'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { RestartedApiServer } from './contention/restarted-api-server.ts'

const LONG_MS = 120_000
const PATH = '/api/v1/namespaces/default/configmaps/cursor'
const choice = chooseCluster({ ...process.env, LOCKSTEP_TEST_KUBECONFIG: undefined })

/** A cluster with a lock, and with something that it protects. */
async function clusterOfItsOwn(): Promise<RestartedApiServer> {
  if (choice.kind !== 'binaries') throw new Error(choice.kind)
  const server = await RestartedApiServer.start(choice.binaries)
  await server.declare('default', ['ledger', 'ledger.queue', 'ledger.runs'])
  return server
}

/** A process that has just started, on the cluster as it is now. */
function processOn(server: RestartedApiServer, epoch = 1) {
  const { client, transport } = connect(server.connection)
  const store = new KubernetesLeaseStore({ client, epoch })
  const locks = new Locks({ store, holder: 'process', namespace: 'default' })
  const protects = [new FencedObjects({ client, paths: [PATH] })]
  return { client, locks, protects, [Symbol.dispose]: () => transport.close() }
}

const makeCursor = ({ client }: Pick<ConnectedClient, 'client'>, annotations: object = {}) =>
  client.call({
    method: 'POST',
    path: '/api/v1/namespaces/default/configmaps',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cursor', annotations } },
  })

const writtenBy = async ({ client }: Pick<ConnectedClient, 'client'>): Promise<object> => {
  const { metadata } = (await client.call({ path: PATH })).body
  return (metadata as { readonly annotations: object }).annotations
}

describeWithCluster('A lock whose cluster', () => {
  it.skipIf(choice.kind !== 'binaries')(
    'was put back to an earlier state',
    async () => {
      await using server = await clusterOfItsOwn()
      using before = processOn(server)
      await makeCursor(before)
      await server.backUp()
      const hold = await before.locks.acquire('ledger')
      await hold.stamp(before.protects)
      const stamped = await writtenBy(before)
      await server.restore()

      // A live holder is told what happened, by name, and has lost the lock.
      const lost = new Promise<Error>((resolve) => {
        hold.signal.addEventListener('abort', () => resolve(hold.signal.reason))
      })
      expect((await lost).message).toMatch(
        /^Lease default\/ledger is at version \d+ and was at \d+ before: its store was put back/,
      )

      // With the epoch raised, tokens go on growing, also for what was kept elsewhere meanwhile.
      using after = processOn(server, 2)
      await after.client.call({
        method: 'PATCH',
        path: PATH,
        contentType: 'application/merge-patch+json',
        body: { metadata: { annotations: stamped } },
      })
      const token = await after.locks.withLock('ledger', after, async ({ token }) => token)
      expect(token.number).toBeLessThan(hold.token.number + 1000n)
      expect(compareTokens(hold.token, token)).toBeLessThan(0)
      await expect(
        before.protects[0]!.stamp(hold.token, AbortSignal.timeout(10_000)),
      ).rejects.toThrow('has seen a later token')
    },
    LONG_MS,
  )

  it.skipIf(choice.kind !== 'binaries')(
    'was built anew, from manifests and a copy of its objects',
    async () => {
      await using old = await clusterOfItsOwn()
      using before = processOn(old)
      await makeCursor(before)
      const last = await before.locks.withLock('ledger', before, async ({ token }) => token)
      const stamped = await writtenBy(before)

      await using anew = await clusterOfItsOwn()
      using after = processOn(anew)
      await makeCursor(after, stamped)
      const first = await after.locks.withLock('ledger', after, async ({ token }) => token)
      // Nothing is taken for older or newer that cannot be compared, and nobody is locked out by it.
      expect(() => compareTokens(last, first)).toThrow(IncomparableTokensError)
      expect(await writtenBy(after)).toMatchObject({
        'lockstep.dev/fencing-epoch': first.epoch,
        'lockstep.dev/fencing-token': String(first.number),
      })
    },
    LONG_MS,
  )
})
