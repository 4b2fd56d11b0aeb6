import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { revisionPath } from '../../manifests/layout.ts'
import { actOnRollout } from '../../reconciler/act-on-rollout.ts'
import type { RolloutRequest } from '../../rollouts/acts.ts'
import { recordFile, recordOf } from '../../rollouts/record-file.ts'
import { CanaryWorld, RECORD, textsOf, version, withSpec } from '../gitops/canary-fixture.ts'
import { bareRepository, git } from '../gitops/git.ts'
import { gitClient } from '../gitops/git-client.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { APP } from './release-fixture.ts'

const one = version('1')
const two = version('2')
const three = version('3')

const renditionPath = (revision: string): string =>
  `prod/${revisionPath('shop', 'checkout', revision)}`

/** What an owner of the app may not write elsewhere: all rights, and a Role of another namespace. */
const SMUGGLED = [
  {
    path: 'workloads/_cluster/checkout/clusterrolebinding.rbac.authorization.k8s.io-smuggled.yaml',
    text: 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: smuggled}\n',
  },
  {
    path: 'workloads/bank/checkout/role.rbac.authorization.k8s.io-smuggled.yaml',
    text: 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: smuggled, namespace: bank}\n',
  },
]

/** A rendition with files of somebody else at its end. */
const withSmuggled = (rendition: string): string =>
  `${rendition}${SMUGGLED.map((file) => `    - ${JSON.stringify(file)}\n`).join('')}`

async function inFlight(looks: number, world = new CanaryWorld(new MemoryGitRemote())) {
  await world.publish(one)
  await world.publish(two)
  await world.tick(looks)
  return world
}

async function editRendition(world: CanaryWorld, revision: string): Promise<void> {
  const path = renditionPath(revision)
  const text = (await world.files())[path] ?? ''
  expect(text).toMatch(/^ {4}- /m)
  await world.edit({ [path]: withSmuggled(text) })
}

/** Everything on the branch but the file in which somebody has put it. */
async function smuggledFiles(world: CanaryWorld): Promise<readonly string[]> {
  const files = Object.entries(await world.files())
  return files.filter(([path, text]) => `${path}${text}`.includes('smuggled')).map(([path]) => path)
}

const EVERY_OTHER: readonly RolloutRequest[] = [
  { action: 'promote' },
  { action: 'pause', reason: 'lunch' },
  { action: 'resume' },
  { action: 'approve', revision: two.revision, gate: { step: 1, gate: 'leave' } },
  { action: 'retry', revision: two.revision },
  { action: 'rollback', revision: one.revision },
]

describe('objects put into a rendition', () => {
  it.each([
    ['the base', one],
    ['the candidate', two],
  ])(
    'of %s in flight are written nowhere: the rollout ends as it began',
    async (_, { revision }) => {
      const world = await inFlight(4)
      await editRendition(world, revision)
      const [action] = await world.untilRest()
      expect(action).toBe('abort')
      expect(await smuggledFiles(world)).toEqual([])
      expect(await world.released()).toEqual(textsOf(one))
      expect((await world.record()).heldBack).toMatchObject([
        { reason: expect.stringContaining(`edited ${renditionPath(revision)} by hand in `) },
      ])
    },
  )

  it('that waits are not started', async () => {
    const world = await inFlight(0)
    await editRendition(world, two.revision)
    expect(await world.untilRest()).toEqual(['drop'])
    expect(await world.released()).toEqual(textsOf(one))
    expect(await smuggledFiles(world)).toEqual([])
  })

  it('to which one could go back are started by nobody', async () => {
    const world = await inFlight(0)
    await world.untilRest()
    await editRendition(world, one.revision)
    await expect(world.ask({ action: 'rollback', revision: one.revision })).rejects.toMatchObject({
      code: 'ROLLOUT_REQUEST_REFUSED',
      message: expect.stringContaining(`edited ${renditionPath(one.revision)} by hand in `),
      remedy: 'Revert that on the branch, or undo it with `lockstep publish --overwrite-drift`',
    })
  })

  it('to which one could go back stay where they are, and the abort ends', async () => {
    const world = await inFlight(0)
    await world.untilRest()
    await world.publish(three)
    await world.tick(4)
    await editRendition(world, one.revision)
    const [action] = await world.untilRest()
    expect(action).toBe('abort')
    expect(await world.released()).toEqual(textsOf(two))
    expect(await smuggledFiles(world)).toEqual([renditionPath(one.revision)])
  })

  it.each(EVERY_OTHER)('go nowhere by $action, which is refused', async (request) => {
    const world = await inFlight(4)
    await editRendition(world, two.revision)
    const before = await world.remote.tip('deploy')
    await expect(world.ask(request)).rejects.toMatchObject({
      code: 'ROLLOUT_REQUEST_REFUSED',
      message: expect.stringContaining(`edited ${renditionPath(two.revision)} by hand in `),
      remedy: 'Revert that on the branch, or abort',
    })
    expect(await world.remote.tip('deploy')).toBe(before)
  })

  it('go nowhere by an abort, which is not', async () => {
    const world = await inFlight(4)
    await editRendition(world, two.revision)
    await world.ask({ action: 'abort', reason: 'somebody was here' })
    expect(await smuggledFiles(world)).toEqual([])
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(one))
  })
})

describe('a record', () => {
  const edits: readonly (readonly [string, (text: string) => string | undefined])[] = [
    ['with fewer pods', (text) => text.replace(/need: \d/, 'need: 1')],
    ['that went back a step', (text) => text.replace(/step: \d/, 'step: 1')],
    [
      'of nothing in flight',
      () => recordFile(recordOf(APP, { count: 1, heldBack: [], former: [] })).text,
    ],
    ['of nonsense', () => 'spec: {rollout: 7}\n'],
    ['that is gone', () => undefined],
  ]

  it.each(edits)('%s is not believed: an abort goes by what was written', async (_, edit) => {
    const world = await inFlight(7)
    const before = (await world.record()).rollout
    expect(before).toMatchObject({ need: 3, stage: { step: 2 } })
    const text = (await world.files())[RECORD] ?? ''
    expect(edit(text)).not.toBe(text)
    await world.edit({ [RECORD]: edit(text) })
    await world.ask({ action: 'abort', reason: 'errors' })
    expect((await world.record()).rollout).toMatchObject({
      need: before?.need,
      stage: { phase: 'aborting', from: before?.stage },
      abort: { reason: 'errors', by: 'alice' },
    })
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(one))
  })

  it.each(edits)('%s ends the rollout with the next look', async (_, edit) => {
    const world = await inFlight(7)
    await world.edit({ [RECORD]: edit((await world.files())[RECORD] ?? '') })
    const [action] = await world.untilRest()
    expect(action).toBe('abort')
    expect(await world.released()).toEqual(textsOf(one))
  })

  it('that the inventory does not list is nobody’s', async () => {
    const world = await inFlight(0)
    const { [RECORD]: record = '', [renditionPath(two.revision)]: rendition = '' } =
      await world.files()
    const toCart = (text: string): string => text.replaceAll('checkout', 'cart')
    await world.edit({
      [toCart(RECORD)]: toCart(record),
      [toCart(renditionPath(two.revision))]: withSmuggled(toCart(rendition)),
    })
    const before = await world.files()
    await world.untilRest()
    const after = await world.files()
    for (const [path, text] of Object.entries(before)) {
      if (path.includes('cart')) expect(after[path]).toBe(text)
    }
    expect(await smuggledFiles(world)).toEqual([toCart(renditionPath(two.revision))])
    const request = { action: 'pause', reason: 'x' } as const
    const actor = { name: 'alice', proof: 'a test' }
    const { place } = world
    await expect(
      actOnRollout({ place, app: 'shop/cart', request, actor, now: Date.now }),
    ).rejects.toMatchObject({ code: 'UNKNOWN_ROLLOUT' })
  })
})

describe('an app edited into a revision that was stable before', () => {
  it('does not become what one can go back to', async () => {
    const world = await inFlight(0)
    await world.untilRest()
    await world.publish(three)
    const smuggling = version('1', withSpec('Service', { externalIPs: ['192.0.2.1'] }))
    expect(smuggling.revision).toBe(one.revision)
    const edits = Object.entries(textsOf(smuggling)).filter(
      ([path]) => !path.startsWith('rollouts'),
    )
    await world.edit(Object.fromEntries(edits.map(([path, text]) => [`prod/${path}`, text])))
    const path = renditionPath(one.revision)
    const { [path]: before } = await world.files()
    expect(before).toBeDefined()
    expect(await world.untilRest()).toEqual(['drop'])
    expect((await world.files())[path]).toBe(before)
  })
})

/** On a real repository, where somebody has edited a file and then cut off its past. */
async function withoutPast(path: string) {
  const repository = bareRepository(join(temporaryFolder(), 'deploy.git'))
  const world = await inFlight(4, new CanaryWorld(await gitClient(repository)))
  await world.edit({ [path]: `${(await world.files())[path]}# by hand\n` })
  const clone = join(temporaryFolder(), 'clone')
  git('/', 'clone', '--quiet', '--branch', 'deploy', repository, clone)
  git(clone, 'checkout', '--quiet', '--orphan', 'anew')
  git(clone, 'commit', '--quiet', '--message', 'all in one')
  git(clone, 'push', '--quiet', '--force', 'origin', 'HEAD:deploy')
  git(repository, 'reflog', 'expire', '--expire=now', '--all')
  git(repository, 'gc', '--quiet', '--prune=now')
  const remote = await gitClient(repository, { scratchFolder: temporaryFolder() })
  return { world: new CanaryWorld(remote), clone, repository }
}

describe('a file whose past is gone', { timeout: 60_000 }, () => {
  it.each([
    ['a record', RECORD],
    ['a rendition', renditionPath(two.revision)],
  ])('moves nothing, and is named with what to do: %s', async (_, path) => {
    const { world } = await withoutPast(path)
    const before = await world.remote.tip('deploy')
    const problem =
      `${path} was changed by hand, and the repository no longer has it as Lockstep has written it. ` +
      `Revert the commit that has changed it (\`git log -- ${path}\`)`
    await expect(world.tick()).rejects.toThrow(problem)
    const asked = world.ask({ action: 'abort', reason: 'x' })
    await expect(asked).rejects.toMatchObject({ code: 'BROKEN_ROLLOUT', message: problem })
    expect(await world.remote.tip('deploy')).toBe(before)
  })
})

describe('what is no file', { timeout: 60_000 }, () => {
  it('is not read, and stops no other app', async () => {
    const repository = bareRepository(join(temporaryFolder(), 'deploy.git'))
    const world = await inFlight(4, new CanaryWorld(await gitClient(repository)))
    const clone = join(temporaryFolder(), 'clone')
    git('/', 'clone', '--quiet', '--branch', 'deploy', repository, clone)
    const head = git(clone, 'rev-parse', 'HEAD').trim()
    for (const path of ['prod/rollouts/shop/cart/record.yaml', RECORD]) {
      git(clone, 'rm', '--quiet', '--cached', '--ignore-unmatch', path)
      git(clone, 'update-index', '--add', '--cacheinfo', `160000,${head},${path}`)
    }
    git(clone, 'commit', '--quiet', '--message', 'by hand')
    git(clone, 'push', '--quiet', 'origin', 'HEAD:deploy')
    const [action] = await world.untilRest()
    expect(action).toBe('abort')
    expect(await world.released()).toEqual(textsOf(one))
  })
})
