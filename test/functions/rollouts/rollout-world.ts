import { join } from 'node:path'
import type { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import type { FunctionEnv } from '../../../functions/http/function-env.ts'
import { rolloutFunction } from '../../../functions/rollouts/rollout-function.ts'
import type { RolloutFunctionProps } from '../../../functions/rollouts/rollout-function-props.ts'
import {
  type ServedTarget,
  servedTarget,
  type TargetProps,
} from '../../../functions/rollouts/served-target.ts'
import { GitCommandRemote } from '../../../gitops/git-command-remote.ts'
import type { GitRemote } from '../../../gitops/git-remote.ts'
import { systemClock } from '../../../leases/clock.ts'
import type { RolloutPlan } from '../../../rollouts/plan.ts'
import { bareRepository, GIT_ENV } from '../../gitops/git.ts'
import { gitClient } from '../../gitops/git-client.ts'
import { MemoryGitRemote } from '../../gitops/memory-git-remote.ts'
import { type Release, releaseOn } from '../../reconciler/release-fixture.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { byName, everything, FunctionCaller } from '../locks/function-caller.ts'

/** An app of `prod` whose candidate waits, and functions that serve it. */
export interface RolloutWorld {
  readonly release: Release
  readonly target: ServedTarget
  readonly app: Hono<FunctionEnv>
  readonly alice: FunctionCaller
  readonly bob: FunctionCaller
  /** Lets the cluster follow, and ticks through the function. */
  readonly tick: () => Promise<readonly string[]>
  /** Ticks until a stage is as it should be. */
  readonly until: (isDone: (rollout: Shown) => boolean) => Promise<Shown>
  readonly show: () => Promise<Shown>
}

// biome-ignore lint/suspicious/noExplicitAny: each test knows what it looks at
export type Shown = any

export const ROLLOUT = '/v1/rollouts/shop/checkout'

export interface RolloutWorldProps {
  readonly plan?: RolloutPlan
  readonly props?: Partial<RolloutFunctionProps>
  readonly target?: Partial<TargetProps>
}

/** On a bare repository, by the `git` command. */
export async function worldOnDisk(props: RolloutWorldProps = {}): Promise<RolloutWorld> {
  const folder = temporaryFolder()
  const repository = bareRepository(join(folder, 'deploy.git'))
  const open = async () => {
    const remote = await GitCommandRemote.open({
      remote: repository,
      cwd: '/',
      env: GIT_ENV,
      scratchFolder: join(folder, 'scratch'),
    })
    return { remote, close: () => remote.close() }
  }
  return worldOn(await gitClient(repository), { ...props, target: { open, ...props.target } })
}

/** On one in memory, for what a real one is too slow for. */
export const worldInMemory = (props: RolloutWorldProps = {}): Promise<RolloutWorld> =>
  worldOn(new MemoryGitRemote(), props)

async function worldOn(
  remote: GitRemote,
  { plan, props, target: given }: RolloutWorldProps,
): Promise<RolloutWorld> {
  const release = await releaseOn(remote, plan)
  const target = servedTarget(targetProps(release, given))
  onTestFinished(() => target.close())
  const app = rolloutsOf([target], props)
  const alice = new FunctionCaller([app], 'alice')
  const show = async () => (await alice.call('GET', ROLLOUT)).body
  const tick = async () => {
    await release.cluster.sync()
    const { status, body } = await alice.call('POST', '/v1/rollouts/tick')
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body.ticks.flatMap(({ commits }: Shown) =>
      commits.flatMap(({ moves }: Shown) => moves.map(({ action }: Shown) => action)),
    )
  }
  const until = async (isDone: (rollout: Shown) => boolean) => {
    for (let ticks = 0; ticks < 60; ticks++) {
      const shown = await show()
      if (isDone(shown)) return shown
      await tick()
    }
    throw new Error(`It never came about: ${JSON.stringify(await show())}`)
  }
  return {
    release,
    target,
    app,
    alice,
    bob: new FunctionCaller([app], 'bob'),
    tick,
    until,
    show,
  }
}

export const targetProps = (release: Release, given: Partial<TargetProps> = {}): TargetProps => ({
  environment: 'prod',
  branch: 'deploy',
  repository: 'https://git.example.com/acme/deploy',
  open: async () => ({ remote: release.place.remote, close: async () => {} }),
  live: release.cluster,
  clock: { ...systemClock, wallMs: () => release.cluster.nowMs },
  ...given,
})

/** A function with what a test does not care about. */
export const rolloutsOf = (
  targets: RolloutFunctionProps['targets'],
  props: Partial<RolloutFunctionProps> = {},
): Hono<FunctionEnv> =>
  rolloutFunction({
    targets,
    authenticator: byName,
    authorizer: everything,
    log: () => {},
    ...props,
  })
