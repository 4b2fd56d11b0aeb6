import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Rendering } from '../../manifests/rendering.ts'
import type { CrashingPublisherProps } from './crashing-publisher.ts'
import { bareRepository, filesOf, GIT_ENV, git, workingRepository } from './git.ts'
import { configMap, deployment, rendering, service } from './rendering-fixture.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
const PUBLISHER = fileURLToPath(new URL('crashing-publisher.ts', import.meta.url))

const web = (config: string) => [
  deployment('web', { configMap: config }),
  configMap(config, {}),
  service('web'),
]
const before = rendering('prod', { 'shop/web': web('config-1'), 'shop/old': [deployment('old')] })
const after = rendering('prod', { 'shop/web': web('config-2'), 'shop/new': [deployment('new')] })

/** Hooks, in the order in which a push passes them: ours first, then the server's. */
const HOOKS = ['pre-push', 'pre-receive', 'update', 'post-receive']

/** Each call of the remote that the second publish makes, before and after it. */
const CALLS = ['tip 1', 'files 1', 'contents 1', 'blobIds 1', 'contents 2', 'commit 1']
const POINTS = [...CALLS.flatMap((call) => [`before ${call}`, `after ${call}`]), ...HOOKS]

/** A repository of app definitions and its deploy repository, both with hooks that can kill. */
class World {
  readonly remote: string
  readonly source: string

  constructor(base: string) {
    this.remote = join(base, 'deploy.git')
    this.source = join(base, 'source')
  }

  static create(name: string): World {
    const world = new World(join(folder, name))
    bareRepository(world.remote)
    workingRepository(world.source, { 'apps/main.ts': '' })
    for (const point of HOOKS) {
      const hooks =
        point === 'pre-push' ? join(world.source, '.git', 'hooks') : join(world.remote, 'hooks')
      mkdirSync(hooks, { recursive: true })
      writeFileSync(
        join(hooks, point),
        `#!/bin/sh\n[ "$CRASH" != ${point} ] || kill -9 "$PUBLISHER"\n`,
      )
      chmodSync(join(hooks, point), 0o755)
    }
    return world
  }

  copy(name: string): World {
    cpSync(dirname(this.source), join(folder, name), { recursive: true, verbatimSymlinks: true })
    return new World(join(folder, name))
  }

  publish(target: Rendering, crash = 'never') {
    const { remote, source: cwd } = this
    const props: CrashingPublisherProps = { remote, cwd, rendering: target, crash }
    return spawnSync(process.execPath, [PUBLISHER, JSON.stringify(props)], {
      env: GIT_ENV,
      encoding: 'utf8',
    })
  }

  /** Publishes until it works: what a killed publisher has started may be in the way for a moment. */
  finish(target: Rendering): Promise<void> {
    return expect
      .poll(() => this.publish(target).stdout, { timeout: 20_000 })
      .toMatch(/^(published|unchanged)$/)
  }

  get tree(): string {
    return git(this.remote, 'rev-parse', 'deploy^{tree}').trim()
  }

  /** Scratch repositories that are there, busy or idle. */
  get scratches(): readonly string[] {
    const root = join(this.source, '.git', 'lockstep')
    return readdirSync(root).flatMap((pool) => readdirSync(join(root, pool)))
  }
}

describe('a publisher that is killed', () => {
  let start: World
  let end: World

  beforeAll(() => {
    start = World.create('start')
    expect(start.publish(before)).toMatchObject({ status: 0, stdout: 'published', stderr: '' })
    end = start.copy('end')
    expect(end.publish(after)).toMatchObject({ status: 0, stdout: 'published', stderr: '' })
  })

  it.each(POINTS)(
    'at %s leaves the branch whole, and the next one finishes the work',
    async (point) => {
      const world = start.copy(point.replaceAll(' ', '-'))
      const killed = world.publish(after, point)
      expect(killed.signal).toBe('SIGKILL')
      expect([start.tree, end.tree]).toContain(world.tree)
      expect(git(world.source, 'status', '--porcelain')).toBe('')

      await world.finish(after)
      expect(world.tree).toBe(end.tree)
      expect(git(world.remote, 'fsck', '--strict')).toBe('')
      expect(world.scratches.filter((name) => !name.startsWith('idle.'))).toEqual([])
    },
    60_000,
  )

  it.each(['after commit 1', 'before commit 2', 'pre-push', 'post-receive'])(
    'at %s of the first publish of all leaves a branch that can be published to',
    async (point) => {
      const world = World.create(`first-${point.replaceAll(' ', '-')}`)
      expect(world.publish(before, point).signal).toBe('SIGKILL')
      await world.finish(before)
      const files = filesOf(world.remote, 'deploy')
      for (const { path, text } of before.files) expect(files[`prod/${path}`]).toBe(text)
    },
    60_000,
  )
})
