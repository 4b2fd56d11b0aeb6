import { expect, it } from 'vitest'
import { isClusterScoped } from '../../manifests/scope.ts'
import { describeWithCluster } from './describe-with-cluster.ts'

interface Resources {
  readonly resources: readonly {
    readonly name: string
    readonly kind: string
    readonly namespaced: boolean
    readonly verbs: readonly string[]
  }[]
}

describeWithCluster('The list of cluster-scoped kinds', (cluster) => {
  it('is the one that the API server knows by discovery', async () => {
    const { body } = await cluster.send({ path: '/apis' })
    const { groups } = body as { groups: { preferredVersion: { groupVersion: string } }[] }
    const versions = groups.map(({ preferredVersion }) => preferredVersion.groupVersion)
    for (const path of ['/api/v1', ...versions.map((version) => `/apis/${version}`)]) {
      const group = path.split('/')[2] ?? ''
      const { resources } = (await cluster.send({ path })).body as Resources
      const applied = resources.filter(({ verbs }) => verbs.includes('patch'))
      for (const { name, kind, namespaced } of applied.filter((it) => !it.name.includes('/'))) {
        const actual = isClusterScoped(path === '/api/v1' ? '' : group, kind)
        expect([path, name, actual]).toEqual([path, name, !namespaced])
      }
    }
  })
})
