import { describe, expect, it } from 'vitest'
import { PLACEHOLDER_TEXT } from '../../gitops/placeholder.ts'
import { type PublishProps, publish } from '../../gitops/publish.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { type Apps, deployment, rendering, service } from './rendering-fixture.ts'

const web: Apps = { 'shop/web': [deployment('web'), service('web')] }

const publishTo = (remote: MemoryGitRemote, apps: Apps, props: Partial<PublishProps> = {}) =>
  publish({ remote, branch: 'deploy', rendering: rendering('prod', apps), ...props })

describe('publish', () => {
  it('begins a branch that does not exist with a commit that says what it is', async () => {
    const remote = new MemoryGitRemote()
    const result = await publishTo(remote, web)
    expect(result.outcome).toBe('published')
    const [second, first] = remote.commitsOf('deploy')
    expect(remote.commitsOf('deploy')).toHaveLength(2)
    expect([...(first?.files.keys() ?? [])]).toEqual(['README.md'])
    expect(first?.message).toMatch(/^begin the deploy branch\n\nLockstep-Action: initialize\n$/)
    expect(second?.parent).toBe(first?.id)
  })

  it('writes the files of the rendering, an inventory and placeholders, and nothing else', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web)
    const {
      'README.md': readme,
      'prod/inventory.yaml': inventory,
      ...files
    } = remote.filesOf('deploy')
    expect(readme).toContain('Deploy branch')
    expect(inventory).toContain('"workloads/shop/web/deployment.apps-web.yaml": "')
    expect(files).toEqual({
      'prod/traffic/.gitkeep': PLACEHOLDER_TEXT,
      'prod/traffic/shop/.gitkeep': PLACEHOLDER_TEXT,
      'prod/traffic/shop/web/service-web.yaml': emitYaml(service('web')),
      'prod/workloads/.gitkeep': PLACEHOLDER_TEXT,
      'prod/workloads/shop/.gitkeep': PLACEHOLDER_TEXT,
      'prod/workloads/shop/web/deployment.apps-web.yaml': emitYaml(deployment('web')),
    })
  })

  it('writes nothing the second time', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web)
    const before = remote.branches.get('deploy')
    expect((await publishTo(remote, web)).outcome).toBe('unchanged')
    expect(remote.branches.get('deploy')).toBe(before)
  })

  it('says in trailers what was published from where', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, { ...web, 'shop/api': [deployment('api')] }, { source: 'abc+dirty' })
    expect(remote.commitsOf('deploy')[0]?.message).toBe(
      [
        'publish prod: shop/api, shop/web',
        '',
        'Lockstep-Action: publish',
        'Lockstep-Environment: prod',
        'Lockstep-App: shop/api',
        'Lockstep-App: shop/web',
        'Lockstep-Source: abc+dirty',
        '',
      ].join('\n'),
    )
  })

  it('has a subject of its own if the message of the person is empty', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web, { message: ' \n' })
    expect(remote.commitsOf('deploy')[0]?.message).toMatch(/^publish prod: shop\/web\n\nLockstep-/)
  })

  it('takes a message of the person and keeps the trailers', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web, { message: 'Bigger machines\n\nFor the sale.\n' })
    expect(remote.commitsOf('deploy')[0]?.message).toBe(
      'Bigger machines\n\nFor the sale.\n\nLockstep-Action: publish\n' +
        'Lockstep-Environment: prod\nLockstep-App: shop/web\n',
    )
  })

  it('names only the apps that change', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, { ...web, 'shop/api': [deployment('api')] })
    const next = { ...web, 'shop/api': [deployment('api', { image: 'api:2' })] }
    const { plan } = await publishTo(remote, next)
    expect(plan.apps).toEqual(['shop/api'])
    expect(plan.changes.map(({ path }) => path)).toEqual([
      'prod/inventory.yaml',
      'prod/workloads/shop/api/deployment.apps-api.yaml',
    ])
  })

  it('prunes what it owns and no longer renders, and only that', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, { ...web, 'shop/api': [deployment('api')] })
    const foreign = {
      'prod/workloads/shop/web/by-hand.txt': 'mine\r\n\u0000',
      'prod/notes.yaml': 'a: 1 # spacing   is mine\n',
      'other/file.yaml': 'x\n',
    }
    await remote.edit('deploy', foreign)
    await publishTo(remote, { 'shop/web': [deployment('web')] })
    const files = remote.filesOf('deploy')
    expect(Object.keys(files).filter((path) => /api|service/.test(path))).toEqual([
      'prod/workloads/shop/api/.gitkeep',
    ])
    expect(files).toMatchObject(foreign)
    expect(files['prod/inventory.yaml']).not.toContain('api')
  })

  it('leaves a placeholder in the folder of an app that goes, and does not bring it back', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, { ...web, 'shop/api': [deployment('api')] })
    await publishTo(remote, web)
    expect(remote.filesOf('deploy')).toHaveProperty(['prod/workloads/shop/api/.gitkeep'])
    expect(remote.filesOf('deploy')).not.toHaveProperty(['prod/traffic/shop/api/.gitkeep'])
    await remote.edit('deploy', { 'prod/workloads/shop/api/.gitkeep': undefined })
    expect((await publishTo(remote, web)).outcome).toBe('unchanged')
  })

  it('puts the placeholder of a section or namespace back', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web)
    await remote.edit('deploy', { 'prod/traffic/shop/.gitkeep': undefined })
    const { plan } = await publishTo(remote, web)
    expect(plan.changes).toEqual([{ path: 'prod/traffic/shop/.gitkeep', write: PLACEHOLDER_TEXT }])
  })

  it('does not touch other environments', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web)
    const staging = rendering('staging', { 'shop/web': [deployment('web', { image: 'web:2' })] })
    await publish({ remote, branch: 'deploy', rendering: staging })
    const prod = remote.filesOf('deploy')['prod/workloads/shop/web/deployment.apps-web.yaml']
    expect(prod).toBe(emitYaml(deployment('web')))
    expect((await publishTo(remote, web)).outcome).toBe('unchanged')
  })

  it('publishes only the apps that are asked for and leaves the others as they are', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, {
      ...web,
      'shop/api': [deployment('api')],
      'shop/old': [deployment('old')],
    })
    const next = {
      'shop/web': [deployment('web', { image: 'web:2' })],
      'shop/api': [deployment('api', { image: 'api:2' })],
    }
    const { plan } = await publishTo(remote, next, { only: ['shop/api'] })
    expect(plan.apps).toEqual(['shop/api'])
    const files = remote.filesOf('deploy')
    expect(files['prod/workloads/shop/web/deployment.apps-web.yaml']).toContain('web:1')
    expect(files).toHaveProperty(['prod/workloads/shop/old/deployment.apps-old.yaml'])
    expect((await publishTo(remote, next)).plan.apps.toSorted()).toEqual(['shop/old', 'shop/web'])
  })

  it('says which apps there are if one is asked for that there is not', async () => {
    const remote = new MemoryGitRemote()
    await expect(publishTo(remote, web, { only: ['shop/wbe'] })).rejects.toMatchObject({
      code: 'UNKNOWN_APP',
      remedy: 'Use one of: shop/web',
    })
    expect(remote.branches.size).toBe(0)
  })

  it('moves an object to another app without deleting it', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, { 'shop/web': [deployment('web'), service('web')] })
    const { plan } = await publishTo(remote, {
      'shop/web': [deployment('web')],
      'shop/edge': [service('web')],
    })
    expect(plan.transitions).toMatchObject([
      {
        object: 'Service shop/web',
        before: { path: 'traffic/shop/web/service-web.yaml' },
        after: { path: 'traffic/shop/edge/service-web.yaml' },
      },
    ])
    expect(
      Object.keys(remote.filesOf('deploy')).filter((path) => path.includes('service')),
    ).toEqual(['prod/traffic/shop/edge/service-web.yaml'])
  })

  it('shows its plan before it writes, and what it shows is what it writes', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web)
    const seen: unknown[] = []
    const before = remote.branches.get('deploy')
    const result = await publishTo(
      remote,
      {},
      {
        onPlan: (plan) => seen.push([plan, remote.branches.get('deploy') === before]),
      },
    )
    expect(seen).toEqual([[result.plan, true]])
  })
})

describe('publish for review', () => {
  it('puts the commit on a branch of its own and leaves the deploy branch alone', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web)
    const deploy = remote.branches.get('deploy')
    const next = { 'shop/web': [deployment('web', { image: 'web:2' })] }
    const result = await publishTo(remote, next, { reviewBranch: 'review' })
    expect(result.outcome).toBe('published')
    expect(remote.branches.get('deploy')).toBe(deploy)
    expect(remote.commitsOf('review')[0]?.parent).toBe(deploy)
    expect(remote.commitsOf('review')[0]?.message).toContain('Lockstep-Action: publish')
  })

  it('goes on top of a branch that is under review already', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web)
    const first = { 'shop/web': [deployment('web', { image: 'web:2' })] }
    const second = { 'shop/web': [deployment('web', { image: 'web:3' })] }
    await publishTo(remote, first, { reviewBranch: 'review' })
    const before = remote.branches.get('review')
    await publishTo(remote, second, { reviewBranch: 'review' })
    expect(remote.commitsOf('review')[0]?.parent).toBe(before)
    expect((await publishTo(remote, second, { reviewBranch: 'review' })).outcome).toBe('unchanged')
  })

  it('begins a deploy branch that does not exist, so that there is something to merge into', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web, { reviewBranch: 'review' })
    expect(Object.keys(remote.filesOf('deploy'))).toEqual(['README.md'])
    expect(remote.commitsOf('review')[0]?.parent).toBe(remote.branches.get('deploy'))
  })
})

describe('the merge of an app', () => {
  it('decides what the app gets, and may hold it back', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, { ...web, 'shop/api': [deployment('api')] })
    const before = remote.filesOf('deploy')
    const next = {
      'shop/web': [deployment('web', { image: 'web:2' })],
      'shop/api': [deployment('api', { image: 'api:2' })],
    }
    const heldBack = { reason: 'it is Friday', remedy: 'Come back on Monday' }
    const { plan } = await publishTo(remote, next, {
      merge: ({ app, rendered }) =>
        app === 'shop/api'
          ? { files: rendered }
          : { files: rendering('prod', web).files, heldBack },
    })
    expect(plan.heldBack).toEqual([{ app: 'shop/web', ...heldBack }])
    expect(plan.apps).toEqual(['shop/api'])
    const path = 'prod/workloads/shop/web/deployment.apps-web.yaml'
    expect(remote.filesOf('deploy')[path]).toBe(before[path])
  })

  it('is asked about an app that goes, and may keep it', async () => {
    const remote = new MemoryGitRemote()
    await publishTo(remote, web)
    const kept = rendering('prod', web).files
    const { outcome } = await publishTo(
      remote,
      {},
      {
        merge: ({ rendered }) => ({ files: rendered.length === 0 ? kept : rendered }),
      },
    )
    expect(outcome).toBe('unchanged')
  })
})
