import { describe, expect, it } from 'vitest'
import { type PublishProps, publish } from '../../gitops/publish.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { type Apps, configMap, deployment, rendering } from './rendering-fixture.ts'

const publishTo = (remote: MemoryGitRemote, apps: Apps, props: Partial<PublishProps> = {}) =>
  publish({ remote, branch: 'deploy', rendering: rendering('prod', apps), ...props })

/** An app whose pods name a ConfigMap of this generation. */
const generation = (letter: string, image = 'web:1'): Apps => ({
  'shop/web': [
    deployment('web', { image, configMap: `web-config-${letter}` }),
    configMap(`web-config-${letter}`, { letter }),
  ],
})

const configMapsOn = (remote: MemoryGitRemote): readonly string[] =>
  Object.keys(remote.filesOf('deploy'))
    .filter((path) => path.includes('/configmap-'))
    .map((path) => /config-(\w+)\.yaml$/.exec(path)?.[1] ?? '')

describe('ConfigMaps of earlier revisions', () => {
  it('stay for the last three published revisions and go with the fourth', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, generation('a'))
    await publishTo(remote, generation('b'))
    await publishTo(remote, generation('c'))
    expect(configMapsOn(remote)).toEqual(['a', 'b', 'c'])
    await publishTo(remote, generation('d'))
    expect(configMapsOn(remote)).toEqual(['b', 'c', 'd'])
  })

  it('count revisions of the pods, not of the ConfigMap', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, generation('a'))
    await publishTo(remote, generation('b', 'web:1'))
    await publishTo(remote, generation('b', 'web:2'))
    expect(configMapsOn(remote)).toEqual(['a', 'b'])
    await publishTo(remote, generation('b', 'web:3'))
    expect(configMapsOn(remote)).toEqual(['b'])
  })

  it('do not age by publishing the same again, or by what makes no new pods', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, generation('a'))
    await publishTo(remote, generation('b'))
    for (const replicas of [3, 4, 5, 6]) {
      const [, config] = generation('b')['shop/web'] ?? []
      const web = deployment('web', { configMap: 'web-config-b', replicas })
      await publishTo(remote, { 'shop/web': [web, config as KubernetesObject] })
    }
    expect(configMapsOn(remote)).toEqual(['a', 'b'])
  })

  it('of a revision that is published again are its own, and the youngest', async () => {
    const remote = new MemoryGitRemote()
    for (const letter of ['a', 'b', 'c', 'a', 'd']) await publishTo(remote, generation(letter))
    expect(configMapsOn(remote)).toEqual(['a', 'c', 'd'])
  })

  it('stay after the app has stopped using any', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, generation('a'))
    await publishTo(remote, { 'shop/web': [deployment('web', { image: 'web:2' })] })
    await publishTo(remote, { 'shop/web': [deployment('web', { image: 'web:3' })] })
    expect(configMapsOn(remote)).toEqual(['a'])
    await publishTo(remote, { 'shop/web': [deployment('web', { image: 'web:4' })] })
    expect(configMapsOn(remote)).toEqual([])
    expect(remote.filesOf('deploy')['prod/inventory.yaml']).not.toContain('revisions')
  })

  it('go with their app', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, generation('a'))
    await publishTo(remote, generation('b'))
    await publishTo(remote, {})
    expect(configMapsOn(remote)).toEqual([])
  })

  it('that belong to another app stay as well', async () => {
    const shared = (letter: string): Apps => ({
      'shop/web': [deployment('web', { configMap: `shared-config-${letter}` })],
      'shop/_namespace': [configMap(`shared-config-${letter}`, { letter })],
    })
    const remote = new MemoryGitRemote()
    for (const letter of ['a', 'b']) await publishTo(remote, shared(letter))
    expect(configMapsOn(remote)).toEqual(['a', 'b'])
  })

  it('that can change go at once, since they have no generations', async () => {
    const remote = new MemoryGitRemote()
    const mutable = { ...configMap('web-config-a', {}), immutable: false }
    await publishTo(remote, {
      'shop/web': [deployment('web', { configMap: 'web-config-a' }), mutable],
    })
    await publishTo(remote, generation('b'))
    expect(configMapsOn(remote)).toEqual(['b'])
  })

  it('are kept by an app that is held back, for what it has and for what it was to get', async () => {
    const remote = new MemoryGitRemote()
    for (const letter of ['a', 'b', 'c']) await publishTo(remote, generation(letter))
    const path = 'prod/workloads/shop/web/deployment.apps-web.yaml'
    await remote.edit('deploy', { [path]: `${remote.filesOf('deploy')[path]}# by hand\n` })
    const { plan } = await publishTo(remote, generation('d'))
    expect(plan.heldBack).toMatchObject([{ app: 'shop/web' }])
    expect(configMapsOn(remote)).toEqual(['a', 'b', 'c'])
    await publishTo(remote, generation('d'), { overwriteDrift: true })
    expect(configMapsOn(remote)).toEqual(['b', 'c', 'd'])
  })

  it('stay for an app that is held back, if another app has them', async () => {
    const shared = (letter: string): Apps => ({
      'shop/web': [deployment('web', { configMap: `shared-config-${letter}` })],
      'shop/_namespace': [configMap(`shared-config-${letter}`, { letter })],
    })
    const remote = new MemoryGitRemote()
    for (const letter of ['a', 'b', 'c']) await publishTo(remote, shared(letter))
    const path = 'prod/workloads/shop/web/deployment.apps-web.yaml'
    await remote.edit('deploy', { [path]: `${remote.filesOf('deploy')[path]}# by hand\n` })
    await publishTo(remote, shared('d'))
    expect(configMapsOn(remote)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('are reported when edited by hand, and hold nothing back', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, generation('a'))
    await publishTo(remote, generation('b'))
    const path = 'prod/workloads/shop/web/configmap-web-config-a.yaml'
    await remote.edit('deploy', { [path]: 'a: 1\n' })
    const { outcome, plan } = await publishTo(remote, generation('c'))
    expect(outcome).toBe('published')
    expect(plan.drift).toMatchObject([{ outcome: 'kept' }])
    expect(remote.filesOf('deploy')[path]).toBe('a: 1\n')
  })
})
