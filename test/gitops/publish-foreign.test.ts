import { describe, expect, it } from 'vitest'
import { type PublishProps, publish } from '../../gitops/publish.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'
import { type Apps, deployment, rendering, service } from './rendering-fixture.ts'

const OURS = 'workloads/shop/web/deployment.apps-web.yaml'
const web: Apps = { 'shop/web': [deployment('web')] }
const theirs = emitYaml(deployment('web', { image: 'web:0' }))

const publishTo = (remote: MemoryGitRemote, apps: Apps, props: Partial<PublishProps> = {}) =>
  publish({ remote, branch: 'deploy', rendering: rendering('prod', apps), ...props })

async function branchWith(files: Readonly<Record<string, string>>): Promise<MemoryGitRemote> {
  const remote = new MemoryGitRemote()
  await remote.edit('deploy', files)
  return remote
}

describe('a file of somebody else with an object of ours', () => {
  it('stops the publish, with both files named', async () => {
    const remote = await branchWith({ 'prod/legacy/web.yaml': theirs })
    const { outcome, plan } = await publishTo(remote, web)
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([
      {
        kind: 'foreign-object',
        object: 'Deployment.apps shop/web',
        files: ['legacy/web.yaml', OURS],
        remedy: expect.stringContaining('--adopt'),
      },
    ])
    expect(plan.stops[0]?.message).toContain('legacy/web.yaml')
    expect(plan.stops[0]?.message).toContain(OURS)
    expect(Object.keys(remote.filesOf('deploy'))).toEqual(['prod/legacy/web.yaml'])
  })

  it('is replaced by ours in one commit with --adopt', async () => {
    const remote = await branchWith({ 'prod/legacy/web.yaml': theirs, 'prod/legacy/keep.txt': 'k' })
    const { outcome, plan } = await publishTo(remote, web, { adopt: true })
    expect(outcome).toBe('published')
    expect(plan.transitions).toMatchObject([
      { before: { path: 'legacy/web.yaml' }, after: { path: OURS }, adopted: true },
    ])
    const files = remote.filesOf('deploy')
    expect(files).not.toHaveProperty(['prod/legacy/web.yaml'])
    expect(files).toMatchObject({
      'prod/legacy/keep.txt': 'k',
      [`prod/${OURS}`]: emitYaml(deployment('web')),
    })
    expect(remote.commitsOf('deploy')).toHaveLength(2)
  })

  it('is a whole folder of YAML that is taken over at once', async () => {
    const remote = await branchWith({
      'prod/shop/all.yaml': `${theirs}---\n${emitYaml(service('web'))}`,
      'prod/shop/list.json': JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [deployment('api')],
      }),
    })
    const apps = {
      'shop/web': [deployment('web'), service('web')],
      'shop/api': [deployment('api')],
    }
    expect((await publishTo(remote, apps)).plan.stops).toHaveLength(2)
    await publishTo(remote, apps, { adopt: true })
    expect(
      Object.keys(remote.filesOf('deploy')).filter(
        (path) => path.includes('shop/all') || path.includes('list'),
      ),
    ).toEqual([])
  })

  it('is not deleted if it holds more than we take over, with --adopt neither', async () => {
    const both = `${theirs}---\n${emitYaml(service('other'))}`
    const remote = await branchWith({ 'prod/legacy/web.yaml': both })
    const { outcome, plan } = await publishTo(remote, web, { adopt: true })
    expect(outcome).toBe('stopped')
    expect(plan.stops[0]?.remedy).toContain('out of legacy/web.yaml')
    expect(remote.filesOf('deploy')['prod/legacy/web.yaml']).toBe(both)
  })

  it('is not deleted if it holds something that is no object', async () => {
    const remote = await branchWith({ 'prod/legacy/web.yaml': `${theirs}---\nnotes: mine\n` })
    expect((await publishTo(remote, web, { adopt: true })).outcome).toBe('stopped')
  })

  it('is compared under its own API version and with the default namespace', async () => {
    const homeless = { ...service('web'), metadata: { name: 'web' } }
    const remote = await branchWith({ 'prod/a.yml': emitYaml(homeless) })
    const inDefault = { ...service('web'), metadata: { name: 'web', namespace: 'default' } }
    expect((await publishTo(remote, { 'default/web': [inDefault] })).outcome).toBe('stopped')
    expect((await publishTo(remote, { 'shop/web': [service('web')] })).outcome).toBe('published')
  })

  it('is held against the fields that cannot change', async () => {
    const old = deployment('web', { selector: { run: 'web' } })
    const remote = await branchWith({ 'prod/legacy/web.yaml': emitYaml(old) })
    const { plan } = await publishTo(remote, web, { adopt: true })
    expect(plan.stops).toMatchObject([
      { kind: 'immutable-field', message: expect.stringContaining('spec.selector') },
    ])
    const kept = { 'shop/web': [deployment('web', { selector: { run: 'web' } })] }
    expect((await publishTo(remote, kept, { adopt: true })).outcome).toBe('published')
  })

  it('does not matter in another environment, or in a folder that nothing syncs', async () => {
    const remote = await branchWith({
      'staging/web.yaml': theirs,
      'prod/rollouts/shop/web/old.yaml': theirs,
      'prod/web.txt': theirs,
    })
    expect((await publishTo(remote, web)).outcome).toBe('published')
  })

  it('that cannot be read is left alone, with a warning', async () => {
    const remote = await branchWith({
      'prod/broken.yaml': 'a: [',
      'prod/chart.yaml': '{{ .Values }}',
    })
    const { outcome, plan } = await publishTo(remote, web)
    expect(outcome).toBe('published')
    expect(plan.warnings).toEqual([
      expect.stringContaining('broken.yaml'),
      expect.stringContaining('chart.yaml'),
    ])
  })
})

describe('a file of somebody else at our path', () => {
  it('stops the publish', async () => {
    const remote = await branchWith({ [`prod/${OURS}`]: theirs })
    const { outcome, plan } = await publishTo(remote, web)
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([{ kind: 'foreign-object', files: [OURS] }])
  })

  it('is taken over with --adopt, unless it holds something else', async () => {
    const remote = await branchWith({ [`prod/${OURS}`]: theirs })
    const { plan } = await publishTo(remote, web, { adopt: true })
    expect(remote.filesOf('deploy')[`prod/${OURS}`]).toBe(emitYaml(deployment('web')))
    expect(plan.changes.filter(({ path }) => path === `prod/${OURS}`)).toHaveLength(1)
    const other = await branchWith({ [`prod/${OURS}`]: emitYaml(service('other')) })
    expect((await publishTo(other, web, { adopt: true })).outcome).toBe('stopped')
  })

  it('is ours from now on if it is the same byte for byte', async () => {
    const remote = await branchWith({ [`prod/${OURS}`]: emitYaml(deployment('web')) })
    const { plan } = await publishTo(remote, web)
    expect(plan.changes.map(({ path }) => path)).not.toContain(`prod/${OURS}`)
    await publishTo(remote, {})
    expect(remote.filesOf('deploy')).not.toHaveProperty([`prod/${OURS}`])
  })

  it.each([
    ['a file where a folder must be', 'prod/workloads/shop'],
    ['a folder where a file must be', `prod/${OURS}/inside.txt`],
    ['a folder where the inventory must be', 'prod/inventory.yaml/inside.txt'],
    ['a folder where a placeholder must be', 'prod/traffic/.gitkeep/inside.txt'],
  ])('is never replaced by %s', async (_what, path) => {
    const remote = await branchWith({ [path]: 'mine' })
    const { outcome, plan } = await publishTo(remote, web, { adopt: true })
    expect(outcome).toBe('stopped')
    expect(plan.stops).toMatchObject([{ kind: 'foreign-file' }])
    expect(remote.filesOf('deploy')).toEqual({ [path]: 'mine' })
  })

  it('is an error if it is where the environment belongs', async () => {
    const remote = await branchWith({ prod: 'mine' })
    await expect(publishTo(remote, web)).rejects.toMatchObject({ code: 'NOT_AN_ENVIRONMENT' })
  })
})

describe('a kustomization file of somebody else', () => {
  const kustomization = 'resources:\n  - ./web.yaml # ours\n  - "other.yaml"\n'

  it('stops the adoption of a file that it lists', async () => {
    const remote = await branchWith({
      'prod/legacy/kustomization.yaml': kustomization,
      'prod/legacy/web.yaml': theirs,
    })
    const { plan } = await publishTo(remote, web, { adopt: true })
    expect(plan.stops).toMatchObject([
      { kind: 'foreign-file', files: ['legacy/kustomization.yaml', 'legacy/web.yaml'] },
    ])
  })

  it('is pointed out if it does not list what we add', async () => {
    const remote = await branchWith({ 'prod/kustomization.yaml': 'resources:\n- traffic\n' })
    const { outcome, plan } = await publishTo(remote, {
      'shop/web': [deployment('web'), service('web')],
    })
    expect(outcome).toBe('published')
    expect(plan.warnings).toEqual([
      `kustomization.yaml does not list ${OURS}: whoever syncs by it does not apply them`,
    ])
  })
})
