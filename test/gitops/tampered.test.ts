import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTrailers } from '../../gitops/read-trailers.ts'
import { rolloutStates } from '../../reconciler/rollout-states.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { CanaryWorld, RECORD, textsOf, version, withSpec } from './canary-fixture.ts'
import { bareRepository, GIT_ENV, git } from './git.ts'
import { gitClient } from './git-client.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'

const one = version('1')
const two = version('2')

const ROUTE = 'prod/traffic/shop/checkout/httproute.gateway.networking.k8s.io-checkout.yaml'
const DEPLOYMENT = 'prod/workloads/shop/checkout/deployment.apps-checkout.yaml'

const tampered = async (world: CanaryWorld): Promise<string | undefined> => {
  const { states, broken } = await rolloutStates({ place: world.place })
  expect(broken).toEqual([])
  return states[0]?.tampered
}

async function inFlight(looks: number, world = new CanaryWorld(new MemoryGitRemote())) {
  await world.publish(one)
  await world.publish(two)
  await world.tick(looks)
  return world
}

describe('an edit by hand in flight', () => {
  it.each([
    ['weights', ROUTE, (text: string) => text.replace('weight: 20', 'weight: 90')],
    ['an image', DEPLOYMENT, (text: string) => text.replace('checkout:1', 'checkout:9')],
    ['the record', RECORD, (text: string) => text.replace('need: 3', 'need: 2')],
    ['a file that is gone', ROUTE, () => undefined],
  ])('of %s is told by whom, and ends the rollout in the tree of base', async (_, path, edit) => {
    const world = await inFlight(4)
    expect(await tampered(world)).toBeUndefined()
    const text = (await world.files())[path] ?? ''
    expect(edit(text)).not.toBe(text)
    await world.edit({ [path]: edit(text) })
    const what = edit(text) === undefined ? 'deleted' : 'edited'
    expect(await tampered(world)).toMatch(
      new RegExp(`^Platform Team ${what} ${path} by hand in [0-9a-f]{10}$`),
    )
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(one))
    expect((await world.record()).heldBack).toHaveLength(1)
  })
})

describe('an edit by hand before the start', () => {
  it('is not written over: the revision that waits is held back', async () => {
    const world = await inFlight(0)
    const edited = `${(await world.files())[DEPLOYMENT]}# by hand\n`
    await world.edit({ [DEPLOYMENT]: edited })
    expect(await world.tick(3)).toEqual(['drop'])
    const { plan } = await world.publish(one)
    expect(plan.drift).toMatchObject([{ path: DEPLOYMENT.slice(5), outcome: 'kept' }])
    expect((await world.files())[DEPLOYMENT]).toBe(edited)
    expect(await world.record()).toMatchObject({
      heldBack: [
        {
          revision: two.revision,
          reason: expect.stringMatching(`^Platform Team edited ${DEPLOYMENT} by hand in `),
        },
      ],
    })
  })
})

describe('in a whole rollout', () => {
  it('nobody is suspected, whoever publishes meanwhile', async () => {
    const world = await inFlight(0)
    const rest = version('2', withSpec('HorizontalPodAutoscaler', { maxReplicas: 12 }))
    for (let looks = 0; looks < 30; looks++) {
      if (looks % 3 === 0) await world.publish(looks % 2 === 0 ? rest : two)
      expect(await tampered(world)).toBeUndefined()
      await world.tick()
    }
    expect((await world.record()).former).toEqual([one.revision])
  })
})

/** What people do with Git's own commands, on a real repository. */
async function onDisk(looks: number) {
  const repository = bareRepository(join(temporaryFolder(), 'deploy.git'))
  const world = await inFlight(looks, new CanaryWorld(await gitClient(repository)))
  const clone = join(temporaryFolder(), 'clone')
  git('/', 'clone', '--quiet', '--branch', 'deploy', repository, clone)
  return {
    world,
    clone,
    push: () => git(clone, 'push', '--quiet', 'origin', 'HEAD:deploy'),
  }
}

describe('with Git', { timeout: 60_000 }, () => {
  it('the revert of several steps is seen', async () => {
    const { world, clone, push } = await onDisk(5)
    git(clone, 'revert', '--no-edit', 'HEAD', 'HEAD~1')
    push()
    expect(await tampered(world)).toMatch(
      /^Platform Team changed the rollout by hand in \w{10}: Rev/,
    )
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(one))
  })

  it('a step that was brought back is seen, although it says of itself what is true', async () => {
    const { world, clone, push } = await onDisk(5)
    const old = git(clone, 'rev-parse', 'HEAD~1').trim()
    git(clone, 'checkout', '--quiet', old, '--', '.')
    git(clone, 'commit', '--quiet', '--reuse-message', old)
    push()
    expect(readTrailers(await world.message()).action).toBe('rollout')
    expect(await tampered(world)).toMatch(/^Platform Team brought back an older step in \w{10}: /)
  })

  it('a publish that was squashed without its trailers is none', async () => {
    const { world, clone } = await onDisk(3)
    await world.publish(version('3'))
    git(clone, 'fetch', '--quiet', 'origin', 'deploy')
    git(clone, 'checkout', '--quiet', 'FETCH_HEAD', '--', '.')
    git(clone, 'commit', '--quiet', '--message', 'Version 3 (#12)')
    execFileSync('git', ['push', '--quiet', '--force', 'origin', 'HEAD:deploy'], {
      cwd: clone,
      env: GIT_ENV,
    })
    expect(readTrailers(await world.message())).toEqual({ apps: [] })
    expect(await tampered(world)).toBeUndefined()
    await world.untilRest()
    expect(await world.released()).toEqual(textsOf(version('3')))
  })
})
