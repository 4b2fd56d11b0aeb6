import { describe, expect, it, vi } from 'vitest'
import type { ConfiguredTarget } from '../../functions/configuration/rollout-targets.ts'
import type { LogEntry } from '../../functions/http/log-sink.ts'
import { platformRollouts, TimerTickError } from '../../functions/platform-rollouts.ts'
import { RemoteUnreachableError } from '../../gitops/git-remote-errors.ts'
import { ImageFollower } from '../../images/image-follower.ts'
import { commitFile } from '../gitops/git-client.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { releaseOn } from '../reconciler/release-fixture.ts'
import { byName, everything } from './locks/function-caller.ts'
import { targetProps } from './rollouts/rollout-world.ts'

const FILE = 'images.json'
const DIGEST = `sha256:${'1'.repeat(64)}`
const IMAGE = {
  image: { host: 'r.example.com', name: 'shop/web' },
  rule: { tag: 'main' },
  at: ['web'],
}

/** An environment and an image of a platform's function, each of which waits until it may go on. */
async function world() {
  const remote = new MemoryGitRemote()
  await commitFile(remote, 'main', FILE, `{"web":"r.example.com/shop/web:main"}`)
  const repository = Promise.withResolvers<void>()
  const registry = Promise.withResolvers<void>()
  const release = await releaseOn(remote)
  const props = targetProps(release)
  const closed = vi.fn(async () => {})
  const open: ConfiguredTarget['open'] = async () => {
    await repository.promise
    return { remote, close: closed }
  }
  const digest = async () => {
    await registry.promise
    return DIGEST
  }
  const follower = new ImageFollower({
    file: { environment: 'prod', branch: 'main', path: FILE, images: [IMAGE] },
    repository: 'https://git.example.com/shop',
    registryOf: () => ({ digest, async *tagPages() {}, verify: async () => {} }),
    open: async () => ({ remote, close: async () => {} }),
  })
  const entries: LogEntry[] = []
  const { tickAll } = platformRollouts(
    {
      targets: [{ ...props, open, client: undefined, pace: { leastMs: 1_000, idleMs: 60_000 } }],
      followers: [{ follower, everyMs: 60_000 }],
      access: { authenticator: byName, authorizer: everything },
      senders: [],
      told: [],
    },
    (entry) => void entries.push(entry),
    {},
  )
  return {
    tickAll,
    repository,
    registry,
    closed,
    said: () => entries.map(({ message }) => message),
  }
}

/** Whether it is settled by the time that all has happened which waits for nobody. */
async function isSettled(work: Promise<unknown>): Promise<boolean> {
  let settled = false
  work
    .catch(() => {})
    .finally(() => {
      settled = true
    })
  await new Promise((resolve) => setTimeout(resolve, 100))
  return settled
}

describe('A tick of the timer', () => {
  it('looks at images to the end when an environment fails at once', async () => {
    const { tickAll, repository, registry, said } = await world()
    const ticked = tickAll()
    repository.reject(new RemoteUnreachableError('https://git.example.com', 'away'))
    expect(await isSettled(ticked)).toBe(false)
    registry.resolve()
    await expect(ticked).rejects.toThrow(TimerTickError)
    expect(said()).toContainEqual(expect.stringContaining(`committed r.example.com/shop/web:main@`))
  })

  it('looks at environments to the end when a look at images is given up', async () => {
    const { tickAll, repository, registry, closed } = await world()
    const images = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(images.signal)
    const ticked = tickAll()
    timeout.mockRestore()
    images.abort(new Error('it took too long'))
    registry.reject(new Error('given up'))
    expect(await isSettled(ticked)).toBe(false)
    repository.resolve()
    await expect(ticked).rejects.toThrow('it took too long')
    expect(closed).toHaveBeenCalledOnce()
  })

  it('says first which environments it did not look at', async () => {
    const { tickAll, repository, registry } = await world()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort())
    const ticked = tickAll()
    timeout.mockRestore()
    registry.reject(new Error('given up'))
    repository.reject(new RemoteUnreachableError('https://git.example.com', 'away'))
    await expect(ticked).rejects.toThrow('Not looked at: prod')
  })
})
