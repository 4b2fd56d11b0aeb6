import { describe, expect, it } from 'vitest'
import { publish } from '../../gitops/publish.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { Rendering } from '../../manifests/rendering.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { type Apps, configMap, deployment, rendering, service } from './rendering-fixture.ts'

const shop: Apps = {
  'shop/_namespace': [configMap('shared-a', { letter: 'a' }), configMap('shared-b', {})],
  'shop/api': [deployment('api', { configMap: 'shared-b' }), service('api')],
  'shop/web': [deployment('web', { configMap: 'shared-a' }), service('web')],
}

/** The same files, and a list of those whose object somebody has asked for. */
function watched({ files, ...others }: Rendering): { rendering: Rendering; read: () => string[] } {
  const read = new Set<string>()
  const watchedFiles = files.map((file) => ({
    ...file,
    get object() {
      read.add(file.path)
      return file.object as KubernetesObject
    },
  }))
  return { rendering: { ...others, files: watchedFiles }, read: () => [...read].sort() }
}

/** Paths of the objects that a publish reads of what the app definitions say. */
async function readBy(remote: MemoryGitRemote, apps: Apps): Promise<readonly string[]> {
  const { rendering: ours, read } = watched(rendering('prod', apps))
  await publish({ remote, branch: 'deploy', rendering: ours })
  return read()
}

async function published(apps: Apps): Promise<MemoryGitRemote> {
  const remote = new MemoryGitRemote()
  await readBy(remote, apps)
  return remote
}

const WEB = ['traffic/shop/web/service-web.yaml', 'workloads/shop/web/deployment.apps-web.yaml']

describe('The objects that a publish reads', () => {
  it('are none if nothing has changed', async () => {
    expect(await readBy(await published(shop), shop)).toEqual([])
  })

  it('are those of the app that has changed, and the ConfigMaps that its pods name', async () => {
    const remote = await published(shop)
    const changed = [deployment('web', { image: 'web:2', configMap: 'shared-a' }), service('web')]
    expect(await readBy(remote, { ...shop, 'shop/web': changed })).toEqual([
      ...WEB.slice(0, 1),
      'workloads/shop/_namespace/configmap-shared-a.yaml',
      ...WEB.slice(1),
    ])
  })

  it('are those of the app that has lost one, if nothing else is called like it', async () => {
    const remote = await published(shop)
    const fewer = { ...shop, 'shop/web': [deployment('web')] }
    expect(await readBy(remote, fewer)).toEqual(WEB.slice(1))
  })

  it('are, beside files of others, those that are called like an object in these', async () => {
    const remote = await published(shop)
    await remote.edit('deploy', { 'prod/legacy/web.yaml': emitYaml(service('web')) })
    expect(await readBy(remote, shop)).toEqual(WEB.slice(0, 1))
  })
})
