import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { INVENTORY_FILE } from '../../gitops/inventory.ts'
import { type PublishResult, publish } from '../../gitops/publish.ts'
import { readInventory } from '../../gitops/read-inventory.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import { bareRepository, filesOf, git } from './git.ts'
import { gitClient } from './git-client.ts'
import { type Apps, configMap, deployment, rendering, service } from './rendering-fixture.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
const retry = { attempts: 60, firstPauseMs: 20 }
const app = (version: string): Apps[string] => [
  deployment('web', { image: `web:${version}`, configMap: `config-${version}` }),
  configMap(`config-${version}`, { version }),
  service('web'),
]

/** Publishes all at once, each with a client of its own. */
async function race(
  repository: string,
  publications: readonly { environment: string; apps: Apps; only?: readonly string[] }[],
): Promise<readonly PublishResult[]> {
  const clients = await Promise.all(publications.map(() => gitClient(repository)))
  return Promise.all(
    publications.map(({ environment, apps, only }, index) =>
      publish({
        remote: clients[index] ?? expect.fail(),
        branch: 'deploy',
        rendering: rendering(environment, apps),
        retry,
        ...(only && { only }),
      }),
    ),
  )
}

/** Every commit in the history must be whole: files and inventory of each environment agree. */
function expectWholeCommits(repository: string): void {
  const commits = git(repository, 'log', '--format=%H %P', 'deploy').trim().split('\n')
  for (const line of commits) {
    const [commit = '', ...parents] = line.split(' ')
    expect(parents.length).toBeLessThanOrEqual(1)
    const tree = git(repository, 'ls-tree', '-r', commit)
    const blobs = new Map(
      tree
        .split('\n')
        .filter((entry) => entry !== '')
        .map((entry) => [entry.split('\t')[1] ?? '', entry.split(/\s/)[2] ?? '']),
    )
    for (const [path, blob] of blobs) {
      if (!path.endsWith(`/${INVENTORY_FILE}`)) continue
      const environment = path.slice(0, -INVENTORY_FILE.length)
      const inventory = readInventory(git(repository, 'cat-file', 'blob', blob), path)
      const listed = [...inventory.apps.values()].flatMap(({ files }) => [...files])
      for (const [file, id] of listed) expect(blobs.get(`${environment}${file}`)).toBe(id)
      const owned = [...blobs.keys()].filter(
        (file) => file.startsWith(`${environment}`) && file.endsWith('.yaml') && file !== path,
      )
      expect(listed.map(([file]) => `${environment}${file}`).sort()).toEqual(owned.sort())
    }
  }
}

describe('publishers at the same time', () => {
  it('of different environments all land, whole, the first ones of a branch too', async () => {
    const repository = bareRepository(join(folder, 'environments.git'))
    const environments = ['a', 'b', 'c', 'd', 'e']
    const results = await race(
      repository,
      environments.map((environment) => ({ environment, apps: { 'shop/web': app(environment) } })),
    )
    expect(results.map(({ outcome }) => outcome)).toEqual(environments.map(() => 'published'))
    const files = filesOf(repository, 'deploy')
    for (const environment of environments) {
      for (const { path, text } of rendering(environment, { 'shop/web': app(environment) }).files) {
        expect(files[`${environment}/${path}`]).toBe(text)
      }
    }
    expect(git(repository, 'rev-list', '--count', 'deploy').trim()).toBe('6')
    expectWholeCommits(repository)
  }, 60_000)

  it('of different apps of one environment all land', async () => {
    const repository = bareRepository(join(folder, 'apps.git'))
    const names = ['one', 'two', 'three', 'four']
    const results = await race(
      repository,
      names.map((name) => ({
        environment: 'prod',
        apps: { [`shop/${name}`]: [deployment(name)] },
        only: [`shop/${name}`],
      })),
    )
    expect(results.map(({ outcome }) => outcome)).toEqual(names.map(() => 'published'))
    const files = filesOf(repository, 'deploy')
    for (const name of names) {
      expect(files[`prod/workloads/shop/${name}/deployment.apps-${name}.yaml`]).toBe(
        emitYaml(deployment(name)),
      )
    }
    expectWholeCommits(repository)
  }, 60_000)

  it('of one app leave one of their versions, never a mix, and all of history', async () => {
    const repository = bareRepository(join(folder, 'versions.git'))
    const versions = ['1', '2', '3', '4']
    const results = await race(
      repository,
      versions.map((version) => ({ environment: 'prod', apps: { 'shop/web': app(version) } })),
    )
    const published = results.flatMap((result) =>
      result.outcome === 'published' ? [result.commit] : [],
    )
    const history = git(repository, 'log', '--format=%H', 'deploy').trim().split('\n')
    expect(history.slice(0, -1).sort()).toEqual([...published].sort())
    const files = filesOf(repository, 'deploy')
    const web = files['prod/workloads/shop/web/deployment.apps-web.yaml'] ?? ''
    const version = /web:(\d)/.exec(web)?.[1] ?? ''
    expect(web).toBe(emitYaml(app(version)?.[0]))
    expect(files).toHaveProperty([`prod/workloads/shop/web/configmap-config-${version}.yaml`])
    expectWholeCommits(repository)
  }, 60_000)

  it('give up after the attempts that they were given, and say so', async () => {
    const repository = bareRepository(join(folder, 'attempts.git'))
    const client = await gitClient(repository)
    const other = await gitClient(repository)
    await publish({
      remote: client,
      branch: 'deploy',
      rendering: rendering('prod', { 'shop/web': app('1') }),
    })
    let moves = 0
    const faster = {
      location: client.location,
      tip: client.tip.bind(client),
      files: client.files.bind(client),
      contents: client.contents.bind(client),
      blobIds: client.blobIds.bind(client),
      log: client.log.bind(client),
      commit: async (request: Parameters<typeof client.commit>[0]) => {
        const parent = await other.tip('deploy')
        const change = { path: `other-${++moves}`, write: 'x' }
        await other.commit({
          branch: 'deploy',
          parent,
          isNewBranch: false,
          changes: [change],
          message: 'x',
        })
        return client.commit(request)
      },
    }
    const changed = rendering('prod', { 'shop/web': app('2') })
    await expect(
      publish({
        remote: faster,
        branch: 'deploy',
        rendering: changed,
        retry: { attempts: 3, firstPauseMs: 1 },
      }),
    ).rejects.toMatchObject({ code: 'BRANCH_MOVED' })
    expect(moves).toBe(3)
    expect(
      Object.keys(filesOf(repository, 'deploy')).filter((path) => path.startsWith('other')),
    ).toHaveLength(3)
  }, 60_000)
})
