import { describe, expect, it } from 'vitest'
import { findFixedWorkload, noteHandover } from '../../gitops/note-handover.ts'
import { type PublishProps, publish } from '../../gitops/publish.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { type Apps, claim, deployment, rendering, service } from './rendering-fixture.ts'

const publishTo = (remote: MemoryGitRemote, apps: Apps, props: Partial<PublishProps> = {}) =>
  publish({ remote, branch: 'deploy', rendering: rendering('prod', apps), ...props })

async function branchWith(apps: Apps): Promise<MemoryGitRemote> {
  const remote = new MemoryGitRemote()
  await publishTo(remote, apps)
  return remote
}

const app = (...objects: KubernetesObject[]): Apps => ({ 'shop/web': objects })

const statefulSet = (spec: Record<string, unknown>): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'shop' },
  spec: { serviceName: 'db', ...spec },
})

const autoscaler: KubernetesObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
}

describe('a change that the API server refuses', () => {
  const before = app(deployment('web', { selector: { app: 'web' } }))
  const changed = app(deployment('web', { selector: { app: 'web', tier: 'front' } }))

  it('stops the publish of everything and says the way', async () => {
    const remote = await branchWith(before)
    const { outcome, plan } = await publishTo(remote, { ...changed, 'shop/api': [service('api')] })
    expect(outcome).toBe('stopped')
    expect(plan.stops).toEqual([
      {
        kind: 'immutable-field',
        object: 'Deployment.apps shop/web',
        message:
          'Deployment.apps shop/web cannot change its spec.selector: the API server refuses it',
        remedy: expect.stringMatching(
          /adopt.*new name.*--allow-destroy 'Deployment.apps shop\/web'/,
        ),
        files: ['workloads/shop/web/deployment.apps-web.yaml'],
      },
    ])
    expect(Object.keys(remote.filesOf('deploy')).filter((path) => path.includes('api'))).toEqual([])
  })

  it('goes through for an object that is named', async () => {
    const remote = await branchWith(before)
    const allowDestroy = ['Deployment.apps shop/web']
    expect((await publishTo(remote, changed, { allowDestroy })).outcome).toBe('published')
  })

  it('is not allowed by naming another object, which is pointed out', async () => {
    const remote = await branchWith(before)
    const allowDestroy = ['Deployment.apps shop/other']
    const { outcome, plan } = await publishTo(remote, changed, { allowDestroy })
    expect(outcome).toBe('stopped')
    expect(plan.warnings).toEqual([
      "--allow-destroy 'Deployment.apps shop/other' allows nothing in this environment",
    ])
  })

  it('is none if the object gets a new name', async () => {
    const remote = await branchWith(before)
    const renamed = app(deployment('web2', { selector: { app: 'web2' } }))
    expect((await publishTo(remote, renamed)).outcome).toBe('published')
  })
})

describe('a change that deletes data', () => {
  const volumes = { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] }
  const retention = (policy: Record<string, string>) => ({
    persistentVolumeClaimRetentionPolicy: policy,
  })
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
  }
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'disk' } }

  it.each([
    ['a claim', claim('data'), 'PersistentVolumeClaim shop/data', 'the data of its volume'],
    ['a volume', volume, 'PersistentVolume disk', 'nothing would lead to its data'],
    ['a namespace', namespace, 'Namespace shop', 'everything in it'],
    [
      'a definition of a kind',
      definition,
      'CustomResourceDefinition.apiextensions.k8s.io things.example.com',
      'all objects of its kind',
    ],
    [
      'a StatefulSet with volumes',
      statefulSet(volumes),
      'StatefulSet.apps shop/db',
      'its claims stay',
    ],
    [
      'a StatefulSet that takes its claims along',
      statefulSet({ ...volumes, ...retention({ whenDeleted: 'Delete' }) }),
      'StatefulSet.apps shop/db',
      'its claims and their data with it',
    ],
  ])(
    'stops when %s is no longer rendered, until it is named',
    async (_what, object, name, loss) => {
      const remote = await branchWith(app(service('web'), object))
      const rest = app(service('web'))
      const { outcome, plan } = await publishTo(remote, rest)
      expect(outcome).toBe('stopped')
      expect(plan.stops).toMatchObject([
        {
          kind: 'deletes-data',
          object: name,
          message: expect.stringContaining(loss),
          remedy: expect.stringMatching(`prune: disabled.*--allow-destroy '${name}'`),
        },
      ])
      expect((await publishTo(remote, rest, { allowDestroy: [name] })).outcome).toBe('published')
    },
  )

  it.each([
    { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
    { 'argocd.argoproj.io/sync-options': 'Validate=false,Prune=false' },
  ])('is none if the cluster keeps the object: %j', async (annotations) => {
    const kept = { ...claim('data'), metadata: { ...claim('data').metadata, annotations } }
    const remote = await branchWith(app(service('web'), kept))
    expect((await publishTo(remote, app(service('web')))).outcome).toBe('published')
  })

  it('is none if the object is only moved to another app, or to a file of somebody else', async () => {
    const remote = await branchWith({ ...app(service('web'), claim('data')) })
    const moved = { ...app(service('web')), 'shop/disk': [claim('data')] }
    expect((await publishTo(remote, moved)).outcome).toBe('published')
    await remote.edit('deploy', { 'prod/disk.json': JSON.stringify(claim('data')) })
    expect((await publishTo(remote, app(service('web')))).outcome).toBe('published')
  })

  it('is none when a StatefulSet without volumes goes', async () => {
    const remote = await branchWith(app(service('web'), statefulSet({ replicas: 2 })))
    expect((await publishTo(remote, app(service('web')))).outcome).toBe('published')
  })

  it('stops when fewer pods take their claims along', async () => {
    const sized = (replicas: number, whenScaled: string) =>
      app(statefulSet({ ...volumes, ...retention({ whenScaled }), replicas }))
    const remote = await branchWith(sized(3, 'Delete'))
    const { plan } = await publishTo(remote, sized(2, 'Delete'))
    expect(plan.stops).toMatchObject([
      { kind: 'deletes-data', message: expect.stringContaining('from 3 to 2 pods') },
    ])
    expect((await publishTo(remote, sized(2, 'Retain'))).outcome).toBe('published')
  })
})

describe('replicas that leave the manifest', () => {
  const fixed = app(deployment('web', { replicas: 4 }))
  const scaled = app(deployment('web', { replicas: undefined }), autoscaler)

  it('stop the publish and name the command that hands them over', async () => {
    const remote = await branchWith(fixed)
    const { outcome, plan } = await publishTo(remote, scaled)
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([
      {
        kind: 'replicas-handover',
        object: 'Deployment.apps shop/web',
        message: expect.stringContaining('from 4 pods to 1'),
        remedy: expect.stringContaining('lockstep handover deployment/shop/web --env prod'),
      },
    ])
  })

  it('go if a person vouches for the object', async () => {
    const remote = await branchWith(fixed)
    const allowHandover = ['Deployment.apps shop/web']
    expect((await publishTo(remote, scaled, { allowHandover })).outcome).toBe('published')
  })

  it('go by the note of a handover, which is used up by it', async () => {
    const remote = await branchWith(fixed)
    const place = { remote, branch: 'deploy', environment: 'prod' }
    const workload = await findFixedWorkload({ ...place, workload: deployment('web') })
    expect(workload).toEqual({ object: 'Deployment.apps shop/web', app: 'shop/web', replicas: 4 })
    await noteHandover({ ...place, workload, clusters: ['one'] })
    const more = { ...fixed, 'shop/api': [service('api')] }
    expect((await publishTo(remote, more)).outcome).toBe('published')
    expect((await publishTo(remote, scaled)).outcome).toBe('published')
    expect(remote.filesOf('deploy')['prod/inventory.yaml']).not.toContain('handovers')
  })

  it('do not go by a note that was made with another number', async () => {
    const remote = await branchWith(fixed)
    const place = { remote, branch: 'deploy', environment: 'prod' }
    const workload = await findFixedWorkload({ ...place, workload: deployment('web') })
    await noteHandover({ ...place, workload: { ...workload, replicas: 3 }, clusters: ['one'] })
    expect((await publishTo(remote, scaled)).outcome).toBe('stopped')
    await noteHandover({ ...place, workload, clusters: ['one'] })
    await publishTo(remote, app(deployment('web', { replicas: 5 })))
    expect(remote.filesOf('deploy')['prod/inventory.yaml']).not.toContain('handovers')
    expect((await publishTo(remote, scaled)).outcome).toBe('stopped')
  })

  it('go if there was one pod or none', async () => {
    const remote = await branchWith(app(deployment('web', { replicas: 1 })))
    expect((await publishTo(remote, scaled)).outcome).toBe('published')
  })

  it('may come, and may change', async () => {
    const remote = await branchWith(scaled)
    expect((await publishTo(remote, fixed)).outcome).toBe('published')
    const more = app(deployment('web', { replicas: 9 }))
    expect((await publishTo(remote, more)).outcome).toBe('published')
  })
})

describe('a branch that is not as Lockstep left it', () => {
  it.each([
    ['a conflict marker', '<<<<<<< ours\n', 'conflict marker'],
    ['something else', 'hello: world\n', 'not a line of an inventory'],
    ['nothing', '', 'ends without a version'],
    ['the work of a newer version', 'version: 2\n', 'newer Lockstep'],
    [
      'a path outside of the environment',
      'version: 1\napps:\n  "a/b":\n    files:\n      "workloads/../../x": "' +
        '0'.repeat(40) +
        '"\n',
      'a path that is not of an inventory',
    ],
  ])('is an error that names the line if the inventory holds %s', async (_what, text, problem) => {
    const remote = await branchWith(app(service('web')))
    await remote.edit('deploy', { 'prod/inventory.yaml': text })
    const before = remote.branches.get('deploy')
    await expect(publishTo(remote, {})).rejects.toMatchObject({
      code: 'MALFORMED_INVENTORY',
      message: expect.stringMatching(`^prod/inventory.yaml:\\d+ .*${problem}`),
      remedy: expect.any(String),
    })
    expect(remote.branches.get('deploy')).toBe(before)
  })

  it('is a branch of foreign files if the inventory is gone, and loses none of them', async () => {
    const remote = await branchWith(app(service('web'), deployment('web')))
    await remote.edit('deploy', { 'prod/inventory.yaml': undefined })
    const { outcome } = await publishTo(remote, app(service('web')))
    expect(outcome).toBe('published')
    expect(remote.filesOf('deploy')).toHaveProperty([
      'prod/workloads/shop/web/deployment.apps-web.yaml',
    ])
  })
})
