import { describe, expect, it } from 'vitest'
import { diffPlan } from '../../gitops/diff.ts'
import { plan, publish } from '../../gitops/publish.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { Rendering } from '../../manifests/rendering.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { claim, deployment, rendering, service } from './rendering-fixture.ts'

const one = (...objects: KubernetesObject[]) => rendering('prod', { 'shop/web': objects })

/** What publishing the second after the first does, by object. */
async function effects(before: Rendering, after: Rendering) {
  const remote = new MemoryGitRemote()
  await publish({ remote, branch: 'deploy', rendering: before })
  return diffPlan(await plan({ remote, branch: 'deploy', rendering: after }))
}

const workload = (kind: string, image: string, spec: object = {}): KubernetesObject => ({
  ...deployment('web', { image }),
  kind,
  spec: { ...(deployment('web', { image }).spec as object), ...spec },
})

const cronJob = (image: string): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a', image }] } } } } },
})

const planOfWeb = planWith({
  tracks: {
    stable: { deployment: 'web', service: 'web-stable' },
    canary: { deployment: 'web-canary', service: 'web-canary', maxReplicas: 30 },
  },
})

const withPlan = (target: Rendering): Rendering => ({
  ...target,
  files: [
    ...target.files,
    {
      path: 'rollouts/shop/web/plan.yaml',
      text: emitYaml({ ...planOfWeb, metadata: { name: 'web', namespace: 'shop' } }),
      app: 'shop/web',
    },
  ],
})

describe('the effect of a change', () => {
  it.each([
    ['new', one(), one(deployment('web')), 'creates', undefined],
    ['gone', one(deployment('web')), one(), 'removes', undefined],
    [
      'replicas',
      one(deployment('web')),
      one(deployment('web', { replicas: 3 })),
      'in-place',
      undefined,
    ],
    [
      'image',
      one(deployment('web')),
      one(deployment('web', { image: 'web:2' })),
      'rolling-restart',
      undefined,
    ],
    [
      'image of an app with a rollout plan',
      withPlan(one(deployment('web'))),
      withPlan(one(deployment('web', { image: 'web:2' }))),
      'canary',
      undefined,
    ],
    [
      'image under the strategy Recreate',
      one(workload('Deployment', 'web:1', { strategy: { type: 'Recreate' } })),
      one(workload('Deployment', 'web:2', { strategy: { type: 'Recreate' } })),
      'rolling-restart',
      'all pods stop before the new ones start',
    ],
    [
      'image of a DaemonSet whose pods a person deletes',
      one(workload('DaemonSet', 'web:1', { updateStrategy: { type: 'OnDelete' } })),
      one(workload('DaemonSet', 'web:2', { updateStrategy: { type: 'OnDelete' } })),
      'in-place',
      'pods stay as they are until somebody deletes them',
    ],
    [
      'image of a CronJob',
      one(cronJob('a:1')),
      one(cronJob('a:2')),
      'in-place',
      'from the next run on',
    ],
    [
      'selector',
      one(deployment('web')),
      one(deployment('web', { selector: { app: 'web', tier: 'x' } })),
      'recreate',
      undefined,
    ],
    [
      'claim that goes',
      one(service('web'), claim('data')),
      one(service('web')),
      'deletes-data',
      undefined,
    ],
  ])('%s', async (_what, before, after, effect, note) => {
    const [diff, ...others] = await effects(before, after)
    expect([diff?.effect, diff?.note]).toEqual([effect, note])
    expect(others).toEqual([])
  })

  it('is none where only the text differs', async () => {
    const remote = new MemoryGitRemote()
    const target = one(service('web'))
    await publish({ remote, branch: 'deploy', rendering: target })
    const path = 'prod/traffic/shop/web/service-web.yaml'
    await remote.edit('deploy', { [path]: `# a comment\n${emitYaml(service('web'))}` })
    const next = await plan({ remote, branch: 'deploy', rendering: target, overwriteDrift: true })
    expect(diffPlan(next)).toMatchObject([{ effect: 'no-op', fields: [] }])
  })

  it('tells where a Secret changes, and never what it holds', async () => {
    const secret = (token: string, annotations: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web', namespace: 'shop', annotations },
      type: 'Opaque',
      data: { [`${token}-only`]: token, shared: token },
    })
    const before = one(secret('b2xk', { team: 'a' }))
    const after = one(secret('bmV3', { team: 'a', last: '{"data":{"shared":"bmV3"}}' }))
    const [diff] = await effects(before, after)
    expect(diff?.fields).toEqual([
      { field: 'data.b2xk-only', before: '(not shown)', after: undefined },
      { field: 'data.bmV3-only', before: undefined, after: '(not shown)' },
      { field: 'data.shared', before: '(not shown)', after: '(not shown)' },
      { field: 'metadata.annotations.last', before: undefined, after: '(not shown)' },
    ])
  })

  it('calls no part of a Secret by what it holds, nor shows a list where a word belongs', async () => {
    const secret = (token: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web', namespace: 'shop' },
      tokens: [{ key: token, value: token }],
      type: [token],
    })
    const [diff] = await effects(one(secret('old')), one(secret('new')))
    expect(diff?.fields).toEqual([
      { field: 'tokens', before: '(not shown)', after: '(not shown)' },
      { field: 'type', before: '(not shown)', after: '(not shown)' },
    ])
  })

  it('says where an object was before', async () => {
    const before = rendering('prod', { 'shop/web': [service('web')] })
    const after = rendering('prod', { 'shop/edge': [service('web')] })
    expect(await effects(before, after)).toMatchObject([
      { effect: 'no-op', note: 'moves from traffic/shop/web/service-web.yaml' },
    ])
  })

  it('lists objects by app and name, with the fields that change', async () => {
    const before = rendering('prod', {
      'shop/web': [service('web'), deployment('web')],
      'shop/api': [service('api')],
    })
    const after = rendering('prod', {
      'shop/web': [service('web', 81), deployment('web', { replicas: 3 })],
      'shop/api': [service('api', 81)],
    })
    expect((await effects(before, after)).map(({ object, fields }) => [object, fields])).toEqual([
      ['Service shop/api', expect.any(Array)],
      ['Deployment.apps shop/web', [{ field: 'spec.replicas', before: 2, after: 3 }]],
      ['Service shop/web', expect.any(Array)],
    ])
  })
})
