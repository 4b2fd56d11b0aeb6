import { afterAll, beforeAll, expect, it } from 'vitest'
import type { KubernetesRequest, WatchEvent } from '../../kubernetes/kubernetes-client.ts'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { failure } from './transport-contract.ts'

describeWithCluster('KubernetesClient on a real API server', (cluster) => {
  let admin: ConnectedClient
  let stranger: ConnectedClient
  let folder: string

  beforeAll(async () => {
    const connection = await connectToSharedCluster()
    admin = connect(connection)
    stranger = connect({ ...connection, token: 'nobody has this one' })
    folder = `/api/v1/namespaces/${await cluster.namespace()}/configmaps`
  })
  afterAll(() => {
    for (const { transport } of [admin, stranger]) transport.close()
  })

  const configMap = (name: string, fields: object = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    ...fields,
  })
  const create = (name: string): KubernetesRequest => ({
    method: 'POST',
    path: folder,
    body: configMap(name),
  })

  it('gives what it asked for', async () => {
    const { status, body, headers } = await admin.client.call(create('one'))
    expect([status, body]).toEqual([201, expect.objectContaining({ kind: 'ConfigMap' })])
    expect(headers.get('date')).toMatch(/GMT$/)
    expect((await admin.client.call({ path: `${folder}/one` })).body).toEqual(body)
  })

  it('tells refusals apart', async () => {
    await admin.client.call(create('taken'))
    const stale = configMap('taken', { metadata: { name: 'taken', resourceVersion: '1' } })
    const refusals: [KubernetesRequest, number, string][] = [
      [{ path: `${folder}/missing` }, 404, 'NotFound'],
      [create('taken'), 409, 'AlreadyExists'],
      [{ method: 'PUT', path: `${folder}/taken`, body: stale }, 409, 'Conflict'],
      [create('not a name'), 422, 'Invalid'],
      [{ method: 'POST', path: folder, body: { data: 7 } }, 400, 'BadRequest'],
      [{ method: 'PUT', path: folder, body: configMap('x') }, 405, 'MethodNotAllowed'],
      [{ method: 'PATCH', path: `${folder}/taken`, body: {} }, 415, 'UnsupportedMediaType'],
    ]
    for (const [request, status, reason] of refusals) {
      const error = await failure(admin.client.call(request))
      expect([request, error]).toMatchObject([
        request,
        { code: 'KUBERNETES_REFUSED', status, reason, outcome: 'none', retryable: false },
      ])
    }
  })

  it('tells that nobody knows its token', async () => {
    const error = await failure(stranger.client.call({ path: folder }))
    expect(error).toMatchObject({ code: 'KUBERNETES_REFUSED', status: 401, outcome: 'none' })
    expect(error.message).toContain('Check that the token is one for this cluster')
  })

  it('watches until it has seen enough', async () => {
    const { body } = await admin.client.call(create('watched'))
    const { resourceVersion } = body.metadata as { resourceVersion: string }
    const path = `${folder}?watch=1&resourceVersion=${resourceVersion}`
    const watch = admin.client.watch(path, AbortSignal.timeout(20_000))
    const first = watch.next()
    await admin.client.call({ method: 'DELETE', path: `${folder}/watched` })
    const { type, object } = (await first).value as WatchEvent
    expect([type, object]).toMatchObject(['DELETED', { metadata: { name: 'watched' } }])
    await watch.return(undefined)
  })

  it('sees the end that a server sets to a watch', async () => {
    const path = `${folder}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dnone`
    const watch = admin.client.watch(path, AbortSignal.timeout(20_000))
    expect(await watch.next()).toEqual({ done: true, value: undefined })
  })
})
