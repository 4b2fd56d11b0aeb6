import { describe, expect, it } from 'vitest'
import { plainMerge } from '../../gitops/app-merge.ts'
import { type PublishProps, publish } from '../../gitops/publish.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { type Apps, configMap, deployment, rendering, service } from './rendering-fixture.ts'

const FILE = 'workloads/shop/web/deployment.apps-web.yaml'
const PATH = `prod/${FILE}`
const web: Apps = { 'shop/web': [deployment('web'), service('web')] }
const web2: Apps = { 'shop/web': [deployment('web', { image: 'web:2' }), service('web', 8080)] }
const edited = emitYaml(deployment('web', { replicas: 9 }))

const publishTo = (remote: MemoryGitRemote, apps: Apps, props: Partial<PublishProps> = {}) =>
  publish({ remote, branch: 'deploy', rendering: rendering('prod', apps), ...props })

async function published(apps: Apps = web): Promise<MemoryGitRemote> {
  const remote = new MemoryGitRemote()
  await publishTo(remote, apps)
  return remote
}

describe('a file of ours that was edited by hand', () => {
  it('is reported and kept while the app definitions have nothing new for it', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: edited })
    const { outcome, plan } = await publishTo(remote, web)
    expect(outcome).toBe('unchanged')
    const fields = [{ field: 'spec.replicas', before: 9, after: 2 }]
    expect(plan.drift).toEqual([
      { path: FILE, app: 'shop/web', state: 'edited', outcome: 'kept', fields },
    ])
    expect(plan.heldBack).toEqual([])
  })

  it.each([
    ['is only written in another way', `# by hand\n${emitYaml(deployment('web'))}`],
    ['cannot be read', 'spec: ['],
    ['has become two objects', `${edited}---\n${emitYaml(service('more'))}`],
  ])('is reported without fields if it %s', async (_, text) => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: text })
    expect((await publishTo(remote, web)).plan.drift).toMatchObject([{ path: FILE, fields: [] }])
  })

  it('is reported with its fields if it is a file that nothing syncs', async () => {
    const remote = new MemoryGitRemote()
    const path = 'rollouts/shop/web/notes.yaml'
    const notes = (text: string) => emitYaml(configMap('notes', { text }))
    const files = [{ path, app: 'shop/web', text: notes('ours') }]
    const props = { rendering: { environment: 'prod', files }, merge: plainMerge }
    await publishTo(remote, {}, props)
    await remote.edit('deploy', { [`prod/${path}`]: notes('theirs') })
    expect((await publishTo(remote, {}, props)).plan.drift).toMatchObject([
      { path, fields: [{ field: 'data.text', before: 'theirs', after: 'ours' }] },
    ])
  })

  it('tells where a Secret was edited, and not what it holds', async () => {
    const secret = (token: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web', namespace: 'shop', labels: { team: token === 'ours' ? 'a' : 'b' } },
      stringData: { token },
    })
    const apps = { 'shop/web': [secret('ours')] }
    const remote = await published(apps)
    const path = 'workloads/shop/web/secret-web.yaml'
    await remote.edit('deploy', { [`prod/${path}`]: emitYaml(secret('theirs')) })
    const { plan } = await publishTo(remote, apps)
    expect(plan.drift).toMatchObject([
      {
        path,
        fields: [
          { field: 'metadata.labels.team', before: '(not shown)', after: '(not shown)' },
          { field: 'stringData.token', before: '(not shown)', after: '(not shown)' },
        ],
      },
    ])
  })

  it.each<[string, string, readonly string[]]>([
    [
      'a key that lost its indentation',
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n  namespace: shop\nstringData:\npassword: hunter2\n',
      ['password', 'stringData'],
    ],
    [
      'a typing mistake',
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n  namespace: shop\nstringdata:\n  password: hunter2\n',
      ['stringData', 'stringdata'],
    ],
    [
      'a list',
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n  namespace: shop\nstringData:\n  - key: hunter2\n    value: hunter2\n',
      ['stringData'],
    ],
    [
      'a value where a word belongs',
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n  namespace: shop\nstringData:\n  password: ours\ntype:\n  password: hunter2\n',
      ['type'],
    ],
    [
      'another kind',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\ndata:\n  password: hunter2\n',
      ['data', 'kind', 'stringData'],
    ],
  ])('does not tell what a Secret holds that was edited to %s', async (_, text, where) => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web', namespace: 'shop' },
      stringData: { password: 'ours' },
    }
    const apps = { 'shop/web': [secret] }
    const remote = await published(apps)
    await remote.edit('deploy', { 'prod/workloads/shop/web/secret-web.yaml': text })
    const { plan } = await publishTo(remote, apps)
    expect(plan.drift.flatMap(({ fields }) => fields.map(({ field }) => field))).toEqual(where)
    expect(JSON.stringify(plan.drift)).not.toMatch(/hunter2|ours/)
  })

  it('shows of a Secret what it is', async () => {
    const secret = (type: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web', namespace: 'shop' },
      type,
    })
    const apps = { 'shop/web': [secret('Opaque')] }
    const remote = await published(apps)
    const path = 'prod/workloads/shop/web/secret-web.yaml'
    await remote.edit('deploy', { [path]: emitYaml(secret('kubernetes.io/tls')) })
    expect((await publishTo(remote, apps)).plan.drift).toMatchObject([
      { fields: [{ field: 'type', before: 'kubernetes.io/tls', after: 'Opaque' }] },
    ])
  })

  it('is kept while other files of its app are published', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: edited })
    const next = { 'shop/web': [deployment('web'), service('web', 8080)] }
    expect((await publishTo(remote, next)).outcome).toBe('published')
    expect(remote.filesOf('deploy')[PATH]).toBe(edited)
    expect((await publishTo(remote, next)).plan.drift).toMatchObject([{ outcome: 'kept' }])
  })

  it('holds its whole app back if this publish would change it, and no other app', async () => {
    const remote = await published({ ...web, 'shop/api': [deployment('api')] })
    await remote.edit('deploy', { [PATH]: edited })
    const before = remote.filesOf('deploy')
    const { plan } = await publishTo(remote, {
      ...web2,
      'shop/api': [deployment('api', { image: 'api:2' })],
    })
    expect(plan.drift).toMatchObject([
      {
        path: FILE,
        outcome: 'conflict',
        fields: [
          { field: 'spec.replicas', before: 9, after: 2 },
          { field: 'spec.template.spec.containers[web].image', before: 'web:1', after: 'web:2' },
        ],
      },
    ])
    expect(plan.heldBack).toEqual([
      {
        app: 'shop/web',
        reason: `${FILE} was edited by hand on the branch and would change`,
        remedy: 'Revert the edit on the branch, or undo it with --overwrite-drift',
      },
    ])
    expect(plan.apps).toEqual(['shop/api'])
    const after = remote.filesOf('deploy')
    expect(after[PATH]).toBe(edited)
    expect(after['prod/traffic/shop/web/service-web.yaml']).toBe(
      before['prod/traffic/shop/web/service-web.yaml'],
    )
    expect(after['prod/workloads/shop/api/deployment.apps-api.yaml']).toContain('api:2')
  })

  it('is not removed with its app', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: edited })
    const { outcome, plan } = await publishTo(remote, {})
    expect(outcome).toBe('unchanged')
    expect(plan.heldBack).toMatchObject([{ app: 'shop/web' }])
    expect(remote.filesOf('deploy')[PATH]).toBe(edited)
  })

  it('is overwritten if that is asked for, and reported as such', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: edited })
    const { plan } = await publishTo(remote, web, { overwriteDrift: true })
    expect(plan.drift).toMatchObject([{ path: FILE, outcome: 'overwritten' }])
    expect(remote.filesOf('deploy')[PATH]).toBe(emitYaml(deployment('web')))
    expect((await publishTo(remote, web)).plan.drift).toEqual([])
  })

  it('is removed with its app if overwriting is asked for', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: edited })
    await publishTo(remote, {}, { overwriteDrift: true })
    expect(remote.filesOf('deploy')).not.toHaveProperty([PATH])
  })

  it('is no drift any more once the app definitions say the same', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: edited })
    const same = { 'shop/web': [deployment('web', { replicas: 9 }), service('web')] }
    const { plan } = await publishTo(remote, same)
    expect(plan.drift).toEqual([])
    expect(plan.changes.map(({ path }) => path)).toEqual(['prod/inventory.yaml'])
    expect((await publishTo(remote, same)).outcome).toBe('unchanged')
  })
})

describe('a file of ours that was deleted by hand', () => {
  it('is reported and stays deleted', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: undefined })
    const { outcome, plan } = await publishTo(remote, web)
    expect(outcome).toBe('unchanged')
    expect(plan.drift).toEqual([
      { path: FILE, app: 'shop/web', state: 'deleted', outcome: 'kept', fields: [] },
    ])
  })

  it('comes back if overwriting is asked for', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: undefined })
    await publishTo(remote, web, { overwriteDrift: true })
    expect(remote.filesOf('deploy')[PATH]).toBe(emitYaml(deployment('web')))
  })

  it('holds its app back if this publish would change it', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: undefined })
    expect((await publishTo(remote, web2)).plan.heldBack).toMatchObject([{ app: 'shop/web' }])
  })

  it('is forgotten if the app definitions no longer have it either', async () => {
    const remote = await published()
    await remote.edit('deploy', { [PATH]: undefined })
    const { plan } = await publishTo(remote, { 'shop/web': [service('web')] })
    expect(plan.drift).toEqual([])
    expect(remote.filesOf('deploy')['prod/inventory.yaml']).not.toContain('deployment')
  })
})
