import { describe, expect, it } from 'vitest'
import { ClusterObjects } from '../../reconciler/cluster-objects.ts'
import { originOf } from '../../reconciler/origin-of-sync.ts'
import { application, gitRepository, kustomization, SOURCES } from './cluster-in-flight.ts'
import { MemoryApiServer } from './memory-api-server.ts'

const COMMIT = 'a'.repeat(40)
const url = 'https://git.example.com/shop/deploy'

describe('A Kustomization', () => {
  it.each([
    [{ branch: 'deploy' }, { branch: 'deploy' }],
    [{ branch: 'deploy', tag: 'v1' }, {}],
    [{ branch: 'deploy', semver: '1.x' }, {}],
    [{ branch: 'main', name: 'refs/heads/deploy' }, { branch: 'deploy' }],
    [{ branch: 'main', name: 'refs/tags/v1' }, {}],
    [{ branch: 'deploy', commit: COMMIT }, { commit: COMMIT }],
    [undefined, {}],
  ])('of a GitRepository with %j has the origin %j', async (ref, origin) => {
    const api = new MemoryApiServer()
    api.put(SOURCES, { ...gitRepository(COMMIT), spec: { url, ref } })
    const objects = new ClusterObjects(api.client)
    expect(await originOf(objects, kustomization('any'))).toEqual({ repository: url, ...origin })
  })

  it('of anything else says nothing of Git', async () => {
    const objects = new ClusterObjects(new MemoryApiServer().client)
    const sync = kustomization('any')
    expect(await originOf(objects, sync)).toEqual({})
    const spec = { ...(sync.spec as object), sourceRef: { kind: 'OCIRepository', name: 'deploy' } }
    expect(await originOf(objects, { ...sync, spec })).toEqual({})
  })
})

describe('An Application', () => {
  const ours = { repoURL: url, targetRevision: 'deploy', path: 'prod/traffic/shop' }
  const other = { repoURL: 'https://git.example.com/shop/other', path: 'base' }

  it.each([
    [{ source: ours }, { repository: url, revision: 'deploy' }],
    [
      { source: { ...ours, targetRevision: 'refs/heads/deploy' } },
      { repository: url, branch: 'deploy' },
    ],
    [{ source: { ...ours, targetRevision: 'HEAD' } }, { repository: url }],
    [{ source: { ...ours, targetRevision: COMMIT } }, { repository: url, commit: COMMIT }],
    [
      { sources: [{ chart: 'redis', repoURL: 'https://charts.example.com' }, ours] },
      { repository: url, revision: 'deploy' },
    ],
    [{ sources: [other, ours] }, { repository: url, revision: 'deploy' }],
    [{ sources: [other] }, { repository: other.repoURL }],
    [{ sources: [other, { ...other, path: 'more' }] }, {}],
    [{}, {}],
  ])('with %j has the origin %j', async (spec, origin) => {
    const objects = new ClusterObjects(new MemoryApiServer().client)
    expect(await originOf(objects, { ...application('any'), spec })).toEqual(origin)
  })
})
