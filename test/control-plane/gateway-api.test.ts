import { beforeAll, expect, it } from 'vitest'
import { describeWithCluster } from './describe-with-cluster.ts'
import { gatewayApiDefinitions } from './gateway-api.ts'

const route = (weight: number) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'web' },
  spec: {
    parentRefs: [{ name: 'public' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80, weight }] }],
  },
})

describeWithCluster('The Gateway API on the real API server', (cluster) => {
  beforeAll(async () => {
    await cluster.apply(await gatewayApiDefinitions())
  })

  it('takes a route', async () => {
    expect(await cluster.dryRun(route(5))).toMatchObject({ accepted: true })
  })

  it('refuses a weight below zero', async () => {
    expect(await cluster.dryRun(route(-1))).toMatchObject({ accepted: false, status: 422 })
  })
})
