import { afterAll, beforeAll, expect, it } from 'vitest'
import { FencedObjects } from '../../leases/fenced-objects.ts'
import { StaleTokenError } from '../../leases/fenced-resource.ts'
import { LeaseStoreError } from '../../leases/lease-store-errors.ts'
import { FENCING_ANNOTATIONS } from '../../leases/names.ts'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'

const never = new AbortController().signal

describeWithCluster('Objects that a lock protects', (cluster) => {
  let connection: ConnectedClient
  let made = 0
  beforeAll(async () => {
    connection = await connect(await connectToSharedCluster())
  })
  afterAll(() => connection.transport.close())

  async function configMap(): Promise<{ path: string; objects: FencedObjects }> {
    const name = `cursor-${made++}`
    await cluster.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }])
    const path = `/api/v1/namespaces/${await cluster.namespace()}/configmaps/${name}`
    return { path, objects: new FencedObjects({ client: connection.client, paths: [path] }) }
  }

  it('know the token of the newest holder, and each write from another one', async () => {
    const { path, objects } = await configMap()
    const seen = []
    for (const number of [9n, 10n, 10n]) {
      await objects.stamp({ epoch: 'cluster.1', number }, never)
      const { metadata } = (await connection.client.call({ path })).body as {
        metadata: { annotations: Record<string, string> }
      }
      seen.push(metadata.annotations)
    }
    expect(seen.map((it) => it[FENCING_ANNOTATIONS.token])).toEqual(['9', '10', '10'])
    expect(new Set(seen.map((it) => it[FENCING_ANNOTATIONS.write])).size).toBe(3)
  })

  it('refuse an older one, whatever its digits look like', async () => {
    const { path, objects } = await configMap()
    await objects.stamp({ epoch: 'cluster.1', number: 10n }, never)
    const late = objects.stamp({ epoch: 'cluster.1', number: 9n }, never)
    await expect(late).rejects.toThrow(StaleTokenError)
    await expect(late).rejects.toThrow(
      `${path} has seen a later token than cluster.1:9. The lock was lost; stop, and acquire it again`,
    )
  })

  it('take any token of a later generation, and none of the one before', async () => {
    const { objects } = await configMap()
    await objects.stamp({ epoch: 'cluster.1', number: 1000n }, never)
    await objects.stamp({ epoch: 'cluster.2', number: 1n }, never)
    const late = objects.stamp({ epoch: 'cluster.1', number: 2000n }, never)
    await expect(late).rejects.toThrow(StaleTokenError)
  })

  it('forget the tokens of a cluster that is no more', async () => {
    const { objects } = await configMap()
    await objects.stamp({ epoch: 'old.7', number: 1000n }, never)
    await objects.stamp({ epoch: 'new.1', number: 1n }, never)
  })

  it('that are not there are an error of the store', async () => {
    const path = `/api/v1/namespaces/${await cluster.namespace()}/configmaps/nobody`
    const objects = new FencedObjects({ client: connection.client, paths: [path] })
    const stamp = objects.stamp({ epoch: 'cluster.1', number: 1n }, never)
    await expect(stamp).rejects.toThrow(LeaseStoreError)
  })
})
