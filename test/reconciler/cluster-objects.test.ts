import { describe, expect, it } from 'vitest'
import { KubernetesAnswerError } from '../../kubernetes/errors.ts'
import { ClusterObjects, ObjectGoneError } from '../../reconciler/cluster-objects.ts'
import { answered, type Canned, refusal } from '../kubernetes/canned-answers.ts'
import { MemoryApiServer } from './memory-api-server.ts'

const ROUTE = {
  group: 'gateway.networking.k8s.io',
  kind: 'HTTPRoute',
  namespace: 'shop',
  name: 'checkout',
}

const asked = (canned: Canned) => new ClusterObjects(answered(canned))
const NOT_FOUND = { status: 404, body: refusal(404, 'NotFound', 'not found') }
const NO_SUCH_KIND = { status: 404, body: '404 page not found\n' }
const PAGE = { status: 404, body: '<h1>Not Found</h1>' }

describe('Objects of a cluster', () => {
  it.each([
    ['has no such object', NOT_FOUND],
    ['does not even know the kind', NO_SUCH_KIND],
  ])('are none where it %s', async (_, canned) => {
    expect(await asked(canned).find(ROUTE)).toBeUndefined()
    expect(await asked(canned).all(ROUTE, 'shop')).toEqual([])
    await expect(asked(canned).change(ROUTE, () => ({}))).rejects.toThrow(ObjectGoneError)
  })

  it('are not told of by the page of a proxy', async () => {
    await expect(asked(PAGE).find(ROUTE)).rejects.toThrow(KubernetesAnswerError)
    await expect(asked(PAGE).all(ROUTE, 'shop')).rejects.toThrow(KubernetesAnswerError)
  })

  it('are not changed for ever against somebody who is always faster', async () => {
    const api = new MemoryApiServer()
    const folder = '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes'
    const metadata = { name: 'checkout', namespace: 'shop' }
    api.put(folder, { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata })
    api.before = (request) => {
      if (request.startsWith('PATCH')) api.edit(`${folder}/checkout`, (object) => object)
    }
    const objects = new ClusterObjects(api.client)
    const changed = objects.change(ROUTE, () => ({ annotations: { any: 'thing' } }))
    await expect(changed).rejects.toMatchObject({ status: 409 })
    expect(api.requests.filter((request) => request.startsWith('PATCH'))).toHaveLength(20)
    expect(api.get(`${folder}/checkout`).metadata).not.toHaveProperty('annotations')
  })
})
