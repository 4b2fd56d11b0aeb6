import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { LOCK, type ServedCluster } from './served-cluster.ts'

/** Sends a request to a bundle that runs. */
export type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** What every bundle does, on a real API server, with the rights that it needs and no others. */
export function itServesLocks(cluster: () => ServedCluster, ask: Ask): void {
  const call = async (
    method: string,
    path: string,
    token: string | undefined,
    { body, handle }: { readonly body?: object; readonly handle?: string } = {},
  ) => {
    const response = await ask(path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(handle !== undefined && { 'lock-token': handle }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const lock = () => `/v1/locks/${cluster().namespace}/${LOCK}`

  it('is alive and ready, and says how it is called', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json']) {
      expect([path, (await call('GET', path, undefined)).status]).toEqual([path, 200])
    }
  })

  it('gives a lock, keeps it, and takes it back', async () => {
    const { workerToken: token, namespace } = cluster()
    const path = `${lock()}/holds/${randomUUID()}`
    const held = await call('PUT', path, token, { body: { ttlSeconds: 30 } })
    expect(held).toMatchObject({
      status: 201,
      body: { holder: `system:serviceaccount:${namespace}:worker`, epoch: 'test.1' },
    })
    const replayed = await call('PUT', path, token, { body: { ttlSeconds: 30 } })
    expect(replayed).toMatchObject({ status: 200, body: { token: held.body.token } })
    const other = `${lock()}/holds/${randomUUID()}`
    const refused = await call('PUT', other, token, { body: { ttlSeconds: 30 } })
    expect(refused).toMatchObject({ status: 423, body: { code: 'LOCK_HELD' } })
    const { handle } = replayed.body
    const renewed = await call('POST', `${path}/renew`, token, { handle })
    expect(renewed).toMatchObject({ status: 200, body: { token: held.body.token } })
    const released = await call('DELETE', path, token, { handle: renewed.body.handle })
    expect(released.status).toBe(204)
    const next = await call('PUT', other, token, { body: { ttlSeconds: 30 } })
    expect(next.status).toBe(201)
    expect(BigInt(next.body.number)).toBeGreaterThan(BigInt(held.body.number))
    expect((await call('DELETE', other, token, { handle: next.body.handle })).status).toBe(204)
  })

  it('wakes whoever waits for a change of a lock', async () => {
    const { workerToken: token } = cluster()
    const tag = (await ask(lock(), { headers: { authorization: `Bearer ${token}` } })).headers.get(
      'etag',
    )
    const waiting = ask(`${lock()}?wait=30s`, {
      headers: { authorization: `Bearer ${token}`, 'if-none-match': tag! },
    })
    const path = `${lock()}/holds/${randomUUID()}`
    const held = await call('PUT', path, token, { body: {} })
    const seen = await waiting
    expect([seen.status, await seen.json()]).toMatchObject([
      200,
      { holds: [{ token: held.body.token }] },
    ])
    await call('DELETE', path, token, { handle: held.body.handle })
  })

  it('lets nobody in whom it does not know', async () => {
    for (const token of [undefined, 'nobody-has-this-one', cluster().apiToken]) {
      expect(await call('GET', lock(), token)).toMatchObject({
        status: 401,
        body: { code: 'UNAUTHENTICATED' },
      })
    }
  })

  it('lets nobody do what RBAC does not allow', async () => {
    const { onlookerToken: token } = cluster()
    expect((await call('GET', lock(), token)).status).toBe(200)
    const path = `${lock()}/holds/${randomUUID()}`
    expect(await call('PUT', path, token, { body: {} })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN', outcome: 'none' },
    })
  })

  it('knows no lock but those that it was told of', async () => {
    const { workerToken: token, namespace } = cluster()
    const path = `/v1/locks/${namespace}/undeclared/holds/${randomUUID()}`
    expect(await call('PUT', path, token, { body: {} })).toMatchObject({
      status: 404,
      body: { code: 'LOCK_NOT_DECLARED' },
    })
  })

  it('says which right it lacks itself', async () => {
    const { workerToken: token, namespace } = cluster()
    const path = `/v1/locks/${namespace}/unbound/holds/${randomUUID()}`
    const { status, body } = await call('PUT', path, token, { body: {} })
    expect([status, body]).toMatchObject([502, { code: 'STORE_REFUSED', retryable: false }])
    expect(body.detail).toMatch(/cannot get resource "leases".*Grant it by RBAC/)
  })
}
