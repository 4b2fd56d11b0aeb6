import { describe, expect, it } from 'vitest'
import { type PublishProps, publish } from '../../gitops/publish.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { type Apps, deployment, rendering } from './rendering-fixture.ts'

const app = (name: string): Apps => ({ [`shop/${name}`]: [deployment(name)] })
const path = (name: string) => `prod/workloads/shop/${name}/deployment.apps-${name}.yaml`

const publishTo = (remote: MemoryGitRemote, apps: Apps, props: Partial<PublishProps> = {}) =>
  publish({ remote, branch: 'deploy', rendering: rendering('prod', apps), ...props })

/** A branch that two projects have published to, `shop` the app `web` and `pay` the app `bill`. */
async function shared(): Promise<MemoryGitRemote> {
  const remote = new MemoryGitRemote()
  await publishTo(remote, app('web'), { project: 'shop' })
  await publishTo(remote, app('bill'), { project: 'pay' })
  return remote
}

const manifests = (remote: MemoryGitRemote): readonly string[] =>
  Object.keys(remote.filesOf('deploy')).filter(
    (file) => file.endsWith('.yaml') && file.includes('workloads'),
  )

describe('two projects that publish to one environment', () => {
  it('leave the apps of each other alone', async () => {
    const remote = await shared()
    expect(manifests(remote)).toEqual([path('bill'), path('web')])
    expect(remote.filesOf('deploy')['prod/inventory.yaml']).toContain('    project: "pay"\n')
    expect((await publishTo(remote, app('web'), { project: 'shop' })).outcome).toBe('unchanged')
    expect((await publishTo(remote, app('bill'), { project: 'pay' })).outcome).toBe('unchanged')
  })

  it('prune what their own definitions no longer have, and nothing else', async () => {
    const remote = await shared()
    await publishTo(remote, app('api'), { project: 'shop' })
    expect(manifests(remote)).toEqual([path('api'), path('bill')])
  })

  it('are stopped when both have an app of one name', async () => {
    const remote = await shared()
    const before = remote.filesOf('deploy')
    const { outcome, plan } = await publishTo(
      remote,
      { ...app('bill'), ...app('web') },
      { project: 'pay' },
    )
    expect(outcome).toBe('stopped')
    expect(plan.stops).toEqual([
      {
        kind: 'other-project',
        message: "shop/web was published by the project 'shop', and this is 'pay'",
        remedy: expect.stringContaining("--take-over 'shop'"),
        files: ['workloads/shop/web/deployment.apps-web.yaml'],
      },
    ])
    expect(remote.filesOf('deploy')).toEqual(before)
  })

  it('are stopped when both have one object, in files of their own', async () => {
    const clusterRole: KubernetesObject = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
      rules: [],
    }
    const remote = new MemoryGitRemote()
    await publishTo(remote, { 'shop/web': [clusterRole] }, { project: 'shop' })
    const { plan } = await publishTo(
      remote,
      { 'shop/bill': [clusterRole] },
      { project: 'pay', adopt: true },
    )
    expect(plan.stops).toMatchObject([
      {
        kind: 'other-project',
        object: 'ClusterRole.rbac.authorization.k8s.io reader',
        message: expect.stringContaining("which the project 'shop' has published"),
        remedy: expect.stringContaining("--take-over 'shop'"),
      },
    ])
  })

  it('are told how to share a namespace', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
    const remote = new MemoryGitRemote()
    await publishTo(remote, { 'shop/_namespace': [namespace] }, { project: 'shop' })
    const { plan } = await publishTo(remote, { 'shop/_namespace': [namespace] }, { project: 'pay' })
    expect(plan.stops).toMatchObject([
      { kind: 'other-project', remedy: expect.stringContaining('`existing: true`') },
    ])
  })

  it('become one when a project takes over the apps of the other', async () => {
    const remote = await shared()
    const { outcome } = await publishTo(remote, app('web'), { project: 'pay', takeOver: ['shop'] })
    expect(outcome).toBe('published')
    expect(manifests(remote)).toEqual([path('web')])
    expect(remote.filesOf('deploy')['prod/inventory.yaml']).not.toContain('"shop"\n')

    const again = await publishTo(remote, app('web'), { project: 'pay', takeOver: ['shop'] })
    expect(again.outcome).toBe('unchanged')
    expect(again.plan.warnings).toEqual(["--take-over 'shop': no app here is of that project"])
  })

  it('cannot name an app of the other with --only', async () => {
    const remote = await shared()
    const only = publishTo(remote, app('bill'), { project: 'pay', only: ['shop/web'] })
    await expect(only).rejects.toThrow("There is no app 'shop/web' in prod")
  })
})

describe('an inventory that does not say whose the apps are', () => {
  it('is for whoever publishes, who puts a name to it in one commit', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, { ...app('web'), ...app('api') })
    const before = remote.filesOf('deploy')
    expect(before['prod/inventory.yaml']).not.toContain('project')

    const named = await publishTo(remote, app('web'), { project: 'shop' })
    expect(named.outcome).toBe('published')
    expect(manifests(remote)).toEqual([path('web')])
    expect((await publishTo(remote, app('web'), { project: 'shop' })).outcome).toBe('unchanged')
  })

  it('keeps the files as they are when it gets a name', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, app('web'))
    const { plan } = await publishTo(remote, app('web'), { project: 'shop' })
    expect(plan.changes.map((change) => change.path)).toEqual(['prod/inventory.yaml'])
    expect(remote.filesOf('deploy')[path('web')]).toBe(emitYaml(deployment('web')))
  })

  it('is not made by a project without a name where others have put theirs', async () => {
    const remote = await shared()
    await publishTo(remote, app('api'))
    expect(manifests(remote)).toEqual([path('api'), path('bill'), path('web')])
    expect((await publishTo(remote, app('web'))).plan.stops).toMatchObject([
      {
        message:
          "shop/web was published by the project 'shop', and this is a project without a name",
      },
    ])
  })
})
