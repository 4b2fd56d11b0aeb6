import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RolloutSink } from '../../../functions/rollouts/rollout-sink.ts'
import type { RolloutTarget } from '../../../functions/rollouts/rollout-target.ts'
import {
  separateTarget,
  servedTarget,
  type TargetProps,
} from '../../../functions/rollouts/served-target.ts'
import type { WebhookFunctionProps } from '../../../functions/webhooks/webhook-function-props.ts'
import { GitCommandRemote } from '../../../gitops/git-command-remote.ts'
import type { GitRemote } from '../../../gitops/git-remote.ts'
import { SmartHttpRemote } from '../../../gitops/smart-http-remote.ts'
import { emitYaml } from '../../../manifests/emit-yaml.ts'
import { recordPath } from '../../../manifests/layout.ts'
import type { FreezeWindow } from '../../../rollouts/freeze-window.ts'
import { releaseGates } from '../../../rollouts/release-gates.ts'
import { weekend } from '../../constructs/canary-tree.ts'
import { calledRemote } from '../../gitops/called-remote.ts'
import { bareRepository, GIT_ENV, git } from '../../gitops/git.ts'
import { gitClient } from '../../gitops/git-client.ts'
import { type GitHttpServerProps, gitHttpServer } from '../../gitops/git-http-server.ts'
import { MemoryGitRemote } from '../../gitops/memory-git-remote.ts'
import { AUTHOR } from '../../gitops/smart-http-client.ts'
import { WithholdingRemote } from '../../gitops/withholding-remote.ts'
import { APP, type Release, releaseOn } from '../../reconciler/release-fixture.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { functionOf, send } from '../webhooks/webhook-caller.ts'
import { fixture } from '../webhooks/webhook-fixture.ts'
import { targetProps } from './rollout-world.ts'

const STOP = { path: 'prod/STOP', write: 'an incident\n' }
const GO = { path: 'prod/STOP' }
const STOPPED = '403 pending: stopped by prod/STOP (an incident) until somebody deletes it'
const OPEN = '200 approved: nothing on the branch stands against it'

/** How a function is run, and how it reaches a repository. */
interface Setup {
  readonly targetOf: (props: TargetProps) => RolloutTarget
  readonly connect: (url: string) => Promise<Awaited<ReturnType<TargetProps['open']>>>
  /** Requests of a look at one ref, by a connection that is kept. */
  readonly oneRef: readonly string[]
}

function served(props: TargetProps): RolloutTarget {
  const target = servedTarget(props)
  onTestFinished(() => target.close())
  return target
}

const overHttp: Setup['connect'] = async (url) => ({
  remote: new SmartHttpRemote({ url, author: AUTHOR }),
  close: async () => {},
})

async function byCommand(url: string) {
  const remote = await GitCommandRemote.open({ remote: url, cwd: '/', env: GIT_ENV })
  return { remote, close: () => remote.close() }
}

const ASK = 'POST /deploy.git/git-upload-pack'
const DISCOVER = 'GET /deploy.git/info/refs'

const SETUPS: Readonly<Record<string, Setup>> = {
  'a server, over smart HTTP': { targetOf: served, connect: overHttp, oneRef: [ASK] },
  // Each command of `git` is a process, which asks first what the server can do.
  'a server, by `git`': { targetOf: served, connect: byCommand, oneRef: [DISCOVER, ASK] },
  'a platform, over smart HTTP': { targetOf: separateTarget, connect: overHttp, oneRef: [ASK] },
}

interface Asked {
  /** As Flagger, and what it is told. */
  readonly ask: (app?: string) => Promise<string>
  /** As Argo Rollouts. */
  readonly measure: () => Promise<{ readonly state: string; readonly reason: string }>
}

/** A function that is asked for by both. */
function askedOf(
  target: RolloutTarget,
  release: Release,
  props: Partial<WebhookFunctionProps> = {},
): Asked {
  const clock = { wallMs: () => release.cluster.nowMs }
  const sink = new RolloutSink({ targets: [target], clock, log: () => {} })
  const app = functionOf({ sink, limits: { requestMs: 60_000 }, ...props })
  const flagger = fixture('flagger-confirm-promotion')
  return {
    ask: async (name = 'checkout') => {
      const { token } = flagger.payload.metadata as { token: string }
      const payload = { ...flagger.payload, name, namespace: 'shop', metadata: { token } }
      const { status, text } = await send(app, { ...flagger, payload })
      return `${status} ${text}`
    },
    measure: async () => (await send(app, fixture('argo-rollouts-measurement'))).json,
  }
}

interface OnDisk extends Asked {
  readonly release: Release
  readonly target: RolloutTarget
  readonly repository: string
  /** Requests since somebody has asked last. */
  readonly requests: () => readonly string[]
}

/** An app whose candidate waits, in a repository behind a real server. */
async function onDisk(
  { targetOf, connect }: Setup,
  server: Pick<GitHttpServerProps, 'intercept'> = {},
): Promise<OnDisk> {
  const root = temporaryFolder()
  const repository = bareRepository(join(root, 'deploy.git'))
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  const { url, requests, close } = await gitHttpServer({ root, ...server })
  onTestFinished(close)
  const release = await releaseOn(await gitClient(repository))
  const target = targetOf(targetProps(release, { open: () => connect(`${url}/deploy.git`) }))
  let seen = 0
  return {
    release,
    target,
    repository,
    requests: () => {
      const since = requests.slice(seen)
      seen = requests.length
      return since
    },
    ...askedOf(target, release),
  }
}

/** As an app is whose releases somebody else drives. */
async function driveByOthers(
  { write }: Release,
  ...freezeWindows: readonly FreezeWindow[]
): Promise<void> {
  await write(APP, 'rollouts/shop/checkout/record.yaml', undefined)
  const gates = releaseGates({ name: 'checkout', namespace: 'shop' }, { freezeWindows })
  await write(APP, 'rollouts/shop/checkout/gates.yaml', emitYaml(gates))
}

describe.each(Object.entries(SETUPS))('A gate of %s', (_, setup) => {
  it('is one look at the ref while the branch is where it was, whoever asks', async () => {
    const { ask, measure, requests } = await onDisk(setup)
    expect(await ask()).toBe(OPEN)
    expect(requests().length).toBeGreaterThan(setup.oneRef.length)
    expect(await ask()).toBe(OPEN)
    expect(requests()).toEqual(setup.oneRef)
    expect(await measure()).toMatchObject({ state: 'approved' })
    expect(requests()).toEqual(setup.oneRef)
    // Whatever names somebody thinks of.
    for (const name of ['cart', 'cart']) {
      expect(await ask(name)).toBe(`403 pending: the branch has no app shop/${name} in prod`)
      expect(requests()).toEqual(setup.oneRef)
    }
  })

  it('knows of each commit at once, and of none twice', async () => {
    const { ask, requests, release } = await onDisk(setup)
    expect(await ask()).toBe(OPEN)
    for (const [change, said] of [
      [STOP, STOPPED],
      [GO, OPEN],
      [STOP, STOPPED],
    ] as const) {
      await release.edit([change])
      expect(await ask()).toBe(said)
      requests()
      expect(await ask()).toBe(said)
      expect(requests()).toEqual(setup.oneRef)
    }
  })

  it('sees that the branch was rewritten, deleted, and made again', async () => {
    const { ask, release, repository } = await onDisk(setup)
    const before = await release.edit([{ path: 'prod/NOTES', write: 'nothing\n' }])
    const stopped = await release.edit([STOP])
    const move = (to: string) => git(repository, 'update-ref', 'refs/heads/deploy', to)
    expect(await ask()).toBe(STOPPED)
    move(before)
    expect(await ask()).toBe(OPEN)
    git(repository, 'update-ref', '-d', 'refs/heads/deploy')
    expect(await ask()).toBe('403 pending: the branch has no app shop/checkout in prod')
    move(stopped)
    expect(await ask()).toBe(STOPPED)
  })

  it('shuts and opens with a freeze window, at a branch that does not move', async () => {
    const { ask, requests, release } = await onDisk(setup)
    await driveByOthers(release, { ...weekend, schedule: '0 9 * * SAT', duration: 'PT2H' })
    const at = (time: string) => {
      release.cluster.nowMs = Date.parse(`2026-11-21T${time}+09:00`)
    }
    at('08:59:59')
    expect(await ask()).toBe(OPEN)
    requests()
    at('09:00:00')
    expect(await ask()).toContain("403 pending: frozen for 'weekend' until 2026-11-21T11:00:00")
    at('11:00:00')
    expect(await ask()).toBe(OPEN)
    expect(requests()).toEqual([...setup.oneRef, ...setup.oneRef])
  })

  it('is answered rightly however many ask at once, while the branch moves', async () => {
    const { ask, measure, release } = await onDisk(setup)
    for (const [change, said, state] of [
      [STOP, STOPPED, 'pending'],
      [GO, OPEN, 'approved'],
    ] as const) {
      const before = Array.from({ length: 4 }, () => ask())
      await release.edit([change])
      const after = await Promise.all(Array.from({ length: 4 }, () => ask()))
      expect(new Set(after)).toEqual(new Set([said]))
      expect(new Set([OPEN, STOPPED, ...(await Promise.all(before))]).size).toBe(2)
      expect(await measure()).toMatchObject({ state })
    }
  })

  it('is asked by a new connection after a failure', async () => {
    let failures = 0
    const { ask, requests } = await onDisk(setup, {
      intercept: (_request, response) => {
        if (failures === 0) return false
        failures -= 1
        response.writeHead(500).end()
        return true
      },
    })
    expect(await ask()).toBe(OPEN)
    failures = 1
    expect(await ask()).toContain('403 pending: It cannot be found out now: ')
    requests()
    expect(await ask()).toBe(OPEN)
    expect(requests()[0]).toBe(DISCOVER)
    expect(await ask()).toBe(OPEN)
    expect(requests().slice(-setup.oneRef.length)).toEqual(setup.oneRef)
  })

  it('is not kept shut by a repository that has left one question without an answer', async () => {
    let hangs = 0
    const { ask, target, release } = await onDisk(setup, {
      intercept: () => {
        if (hangs === 0) return false
        hangs -= 1
        return true
      },
    })
    expect(await ask()).toBe(OPEN)
    hangs = 1
    const impatient = askedOf(target, release, { limits: { requestMs: 50 } })
    expect(await impatient.ask()).toContain('nobody answered in time')
    await expect.poll(() => hangs).toBe(0)
    expect(await ask()).toBe(OPEN)
  })
})

it('all who ask a server at once share a look or two at the ref', async () => {
  const { ask, requests } = await onDisk(SETUPS['a server, over smart HTTP']!)
  expect(await ask()).toBe(OPEN)
  requests()
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask()))
  expect(new Set(answers)).toEqual(new Set([OPEN]))
  expect(requests().length).toBeLessThan(10)
})

/** A repository in memory, each of whose tips is told when the test says so. */
async function inMemory(targetOf: Setup['targetOf'], memory = new MemoryGitRemote()) {
  const release = await releaseOn(memory)
  const { remote, calls } = calledRemote(memory)
  const told: PromiseWithResolvers<void>[] = []
  let isSlow = false
  const slow: GitRemote = new Proxy(remote, {
    get: (target, name, receiver) => {
      const value = Reflect.get(target, name, receiver)
      if (name !== 'tip') return value
      return async (branch: string) => {
        const tip = await target.tip(branch)
        if (isSlow) {
          const turn = Promise.withResolvers<void>()
          told.push(turn)
          await turn.promise
        }
        return tip
      }
    },
  })
  const open = async () => ({ remote: slow, close: async () => {} })
  const target = targetOf(targetProps(release, { open }))
  return {
    release,
    target,
    calls,
    told,
    slowDown: (slowly: boolean) => {
      isSlow = slowly
    },
    ...askedOf(target, release),
  }
}

describe.each([
  ['a server', served],
  ['a platform', separateTarget],
] as const)('A gate of %s', (_, targetOf) => {
  it('says nothing that was so before it was asked, however late others are told', async () => {
    const { ask, calls, told, slowDown, release } = await inMemory(targetOf)
    expect(await ask()).toBe(OPEN)
    slowDown(true)
    const early = ask()
    await expect.poll(() => told.length).toBe(1)
    await release.edit([STOP])
    slowDown(false)
    const late = ask()
    // Those of a platform do not wait for each other.
    if (targetOf === separateTarget) expect(await late).toBe(STOPPED)
    told[0]!.resolve()
    expect(await early).toBe(OPEN)
    expect(await late).toBe(STOPPED)
    expect(await ask()).toBe(STOPPED)
    calls()
    expect(await ask()).toBe(STOPPED)
    expect(calls()).toEqual(['tip'])
  })

  it('reads nothing of an app that nobody asks about, and of each what there is', async () => {
    const { ask, calls, release } = await inMemory(targetOf)
    const gates = releaseGates({ name: 'cart', namespace: 'shop' }, { freezeWindows: [] })
    await release.write('shop/cart', 'rollouts/shop/cart/gates.yaml', emitYaml(gates))
    expect(await ask()).toBe(OPEN)
    calls()
    expect(await ask('cart')).toBe(OPEN)
    // Neither folder nor inventory.
    expect(calls()).not.toContain('files')
    expect([await ask('cart'), await ask()]).toEqual([OPEN, OPEN])
    expect(calls()).toEqual(['tip', 'tip'])
  })

  it('sees that a repository gives again what it has refused, which no commit tells', async () => {
    const memory = new WithholdingRemote()
    const { ask, release } = await inMemory(targetOf, memory)
    const record = recordPath('shop', 'checkout')
    const written = (await memory.files((await memory.tip('deploy'))!, 'prod')).get(record)!.id
    await release.edit([{ path: `prod/${record}`, write: 'edited: by hand\n' }])
    memory.withheld.add(written)
    expect(await ask()).toContain(`403 pending: prod/${record} `)
    memory.withheld.clear()
    expect(await ask()).toContain(`edited prod/${record} by hand`)
  })
})
