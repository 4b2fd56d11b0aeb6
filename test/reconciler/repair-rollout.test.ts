import { describe, expect, it } from 'vitest'
import { readTrailers } from '../../gitops/read-trailers.ts'
import { replay, replayable, rolloutHistory } from '../../gitops/rollout-history.ts'
import { blobId } from '../../manifests/blob-id.ts'
import { repairRollout } from '../../reconciler/repair-rollout.ts'
import { rolloutStates } from '../../reconciler/rollout-states.ts'
import { CanaryWorld, RECORD, textsOf, version } from '../gitops/canary-fixture.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { APP } from './release-fixture.ts'

const INVENTORY = 'prod/inventory.yaml'
const one = version('1')
const two = version('2')

/** Version 2 on its way, as far as a number of looks has taken it. */
async function inFlight(looks: number): Promise<CanaryWorld> {
  const world = new CanaryWorld(new MemoryGitRemote())
  await world.publish(one)
  await world.publish(two)
  await world.tick(looks)
  return world
}

/** As somebody who edits a file and, so that nobody complains, the inventory with it. */
async function damage(
  world: CanaryWorld,
  path: string,
  edit: (text: string) => string | undefined,
): Promise<void> {
  const files = await world.files()
  const { [path]: before = '', [INVENTORY]: inventory = '' } = files
  const after = edit(before)
  const id = blobId(before, 'sha1')
  const line = new RegExp(`^.*${path.slice('prod/'.length)}.*\\n`, 'm')
  await world.edit({
    [path]: after,
    [INVENTORY]:
      after === undefined
        ? inventory.replace(line, '')
        : inventory.replace(id, blobId(after, 'sha1')),
  })
}

const nonsense = (text: string): string => text.replace(/count: \d+/, 'count: many')
const gone = () => undefined

const repair = ({ place }: CanaryWorld) => repairRollout({ place, app: APP, actor: 'alice' })

const revisionPath = (revision: string): string =>
  `prod/rollouts/shop/checkout/revisions/${revision}.yaml`

describe('A record that somebody has damaged', () => {
  it.each([
    [0, 'nonsense', nonsense],
    [1, 'nonsense', nonsense],
    [4, 'nonsense', nonsense],
    [8, 'nonsense', nonsense],
    [0, 'no file', gone],
    [4, 'no file', gone],
    [8, 'no file', gone],
  ])('after %i looks, into %s, is brought back as it was', async (looks, _, edit) => {
    const world = await inFlight(looks)
    const before = await world.files()
    await damage(world, RECORD, edit)
    const { commit, files } = await repair(world)
    expect(await world.files()).toEqual(before)
    expect(files).toEqual([INVENTORY, RECORD])
    expect(await world.remote.tip('deploy')).toBe(commit)
    expect(readTrailers(await world.message()).apps).toMatchObject([
      { app: APP, action: 'repair', actor: 'alice' },
    ])
    const { states, broken } = await rolloutStates({ place: world.place, app: APP })
    expect([broken, states[0]?.tampered]).toEqual([[], undefined])
    const log = await world.remote.log({ commit, path: RECORD, limit: 100 })
    expect(replay(rolloutHistory(log, APP))).toEqual(replayable(await world.record()))
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(two))
  })

  it('at rest is brought back, with what is held back and what one can go back to', async () => {
    const world = await inFlight(3)
    await world.untilRest()
    await world.publish(version('3'))
    await world.tick(3)
    await world.ask({ action: 'abort', reason: 'errors' })
    await world.untilRest()
    const before = await world.record()
    expect([before.heldBack.length, before.former.length]).toEqual([1, 1])
    await damage(world, RECORD, nonsense)
    await repair(world)
    expect(await world.record()).toEqual(before)
  })

  it('is brought back a second time', async () => {
    const world = await inFlight(4)
    const before = await world.record()
    for (let time = 0; time < 2; time++) {
      await damage(world, RECORD, nonsense)
      await repair(world)
    }
    expect(await world.record()).toEqual(before)
  })

  it('comes back with what else was changed by hand still so', async () => {
    const world = await inFlight(4)
    await damage(world, RECORD, nonsense)
    const path = 'prod/traffic/shop/checkout/httproute.gateway.networking.k8s.io-checkout.yaml'
    const edited = (await world.files())[path]?.replace(/weight: (20|50)/, 'weight: 0') ?? ''
    await world.edit({ [path]: edited })
    await repair(world)
    expect((await world.files())[path]).toBe(edited)
    expect(await world.untilRest()).toContain('abort')
    expect(await world.released()).toEqual(textsOf(one))
  })

  it('is left alone while others are faster, and brought back then', async () => {
    const world = await inFlight(4)
    await damage(world, RECORD, nonsense)
    let isFirst = true
    const remote = new Proxy(world.remote, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          if (name === 'commit' && isFirst) {
            isFirst = false
            await world.edit({ 'prod/note.md': 'hello\n' })
          }
          return value.apply(target, args)
        }
      },
    })
    const place = { ...world.place, remote }
    await repairRollout({ place, app: APP, actor: 'alice', retry: { firstPauseMs: 1 } })
    expect((await world.files())['prod/note.md']).toBe('hello\n')
    expect((await world.record()).rollout?.candidate).toBe(two.revision)
  })
})

describe('A revision that somebody has removed', () => {
  it.each([one.revision, two.revision])('is brought back: %s', async (revision) => {
    const world = await inFlight(4)
    const before = await world.files()
    await damage(world, revisionPath(revision), gone)
    const { broken } = await rolloutStates({ place: world.place, app: APP })
    expect(broken[0]?.problem).toBe(
      `${revisionPath(revision)} is none of the files that prod/inventory.yaml lists, and the rollout of ${APP} needs it. Bring it back with \`lockstep rollout repair ${APP} --env prod\`, or revert the commit that has removed it (\`git log -- ${revisionPath(revision)}\`)`,
    )
    await repair(world)
    expect(await world.files()).toEqual(before)
  })
})

describe('Nothing is repaired', () => {
  it('of what can be read, whatever else was changed by hand', async () => {
    const world = await inFlight(4)
    await expect(repair(world)).rejects.toMatchObject({ code: 'SOUND_ROLLOUT' })
    await world.edit({ [RECORD]: 'nonsense\n' })
    await expect(repair(world)).rejects.toMatchObject({
      code: 'SOUND_ROLLOUT',
      remedy: expect.stringContaining('--overwrite-drift'),
    })
  })

  it('of an app that never had a rollout, and of one that has gone', async () => {
    const world = new CanaryWorld(new MemoryGitRemote())
    await world.publish(one)
    await expect(repair(world)).rejects.toMatchObject({ code: 'SOUND_ROLLOUT' })
    await world.publish(two)
    await world.untilRest()
    await world.publish({ ...two, files: [] })
    await expect(repair(world)).rejects.toMatchObject({ code: 'UNKNOWN_ROLLOUT' })
    await world.publish(one)
    await expect(repair(world)).rejects.toMatchObject({ code: 'SOUND_ROLLOUT' })
  })

  it('where the history was cut off', async () => {
    const world = await inFlight(4)
    await damage(world, RECORD, nonsense)
    const files = await world.files()
    const other = new CanaryWorld(new MemoryGitRemote())
    await other.remote.commit({
      branch: 'deploy',
      parent: undefined,
      isNewBranch: true,
      changes: Object.entries(files).map(([path, write]) => ({ path, write })),
      message: 'all of it\n',
    })
    await expect(repair(other)).rejects.toMatchObject({
      code: 'UNTOLD_ROLLOUT',
      message: `No commit of ours tells of ${RECORD}`,
    })
  })

  it('from a commit that lies about what it did', async () => {
    const world = await inFlight(4)
    const before = (await world.files())[RECORD] ?? ''
    const message = await world.message()
    const [, inventory = ''] = [RECORD, (await world.files())[INVENTORY]]
    const forged = before
      .replace(/candidate: \w+/, 'candidate: forged')
      .replace(/id: \w+/, 'id: forged')
    await world.remote.commit({
      branch: 'deploy',
      parent: await world.remote.tip('deploy'),
      isNewBranch: false,
      changes: [
        { path: RECORD, write: forged },
        {
          path: INVENTORY,
          write: inventory.replace(blobId(before, 'sha1'), blobId(forged, 'sha1')),
        },
      ],
      message,
    })
    await damage(world, RECORD, nonsense)
    await expect(repair(world)).rejects.toMatchObject({ code: 'UNTOLD_ROLLOUT' })
  })
})
