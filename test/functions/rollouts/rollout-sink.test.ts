import { describe, expect, it } from 'vitest'
import { RolloutSink } from '../../../functions/rollouts/rollout-sink.ts'
import { separateTarget } from '../../../functions/rollouts/served-target.ts'
import type { Alert, GateQuestion } from '../../../functions/webhooks/webhook-sink.ts'
import { RemoteUnreachableError } from '../../../gitops/git-remote-errors.ts'
import { emitYaml } from '../../../manifests/emit-yaml.ts'
import type { FreezeWindow } from '../../../rollouts/freeze-window.ts'
import { releaseGates } from '../../../rollouts/release-gates.ts'
import { weekend } from '../../constructs/canary-tree.ts'
import { APP, briefPlan } from '../../reconciler/release-fixture.ts'
import { planWith } from '../../rollouts/plan-fixture.ts'
import {
  ROLLOUT,
  type RolloutWorld,
  type Shown,
  targetProps,
  worldInMemory,
} from './rollout-world.ts'

const { signal } = new AbortController()
const told = { sender: 'alertmanager', environment: undefined }

function sinkOf({ release, target }: RolloutWorld) {
  const looks: string[] = []
  const watched = { ...target, look: () => void looks.push('look') }
  const clock = { wallMs: () => release.cluster.nowMs }
  return { looks, sink: new RolloutSink({ targets: [watched], clock, log: () => {} }) }
}

const alertAt = (startsAtMs: number, changes: Partial<Alert> = {}): Alert => ({
  ...told,
  status: 'firing',
  name: 'CheckoutErrors',
  fingerprint: 'f',
  startsAtMs,
  namespace: 'shop',
  app: 'checkout',
  track: 'canary',
  labels: {},
  summary: '5 % of the requests\nfail.',
  ...changes,
})

const away = async () => {
  throw new RemoteUnreachableError('https://git.example.com', 'away')
}

const isLive = ({ rollout }: Shown) => rollout?.stage.part === 'live'

describe('An alert', () => {
  it('that fires aborts at once, whatever can be seen of the cluster', async () => {
    const world = await worldInMemory()
    await world.until(isLive)
    const { sink, looks } = sinkOf(world)
    world.release.cluster.failure = new Error('nobody can see anything')
    await sink.alert(alertAt(world.release.cluster.nowMs), signal)
    const { rollout } = await world.show()
    expect(rollout).toMatchObject({
      weight: 0,
      abort: { reason: 'alert CheckoutErrors fires: 5 % of the requests fail', by: 'alertmanager' },
    })
    expect(looks).toEqual(['look'])
    const before = await world.release.place.remote.tip('deploy')
    await sink.alert(alertAt(world.release.cluster.nowMs), signal)
    expect(await world.release.place.remote.tip('deploy')).toBe(before)
  })

  it.each([
    [undefined, 'alert CheckoutErrors fires'],
    [' \n', 'alert CheckoutErrors fires'],
    // What would turn the rest of a line around, and what a terminal would take for a command.
    ['safe \u202eelif\u001b[2J', 'alert CheckoutErrors fires: safe elif [2J'],
    ['a'.repeat(300), `alert CheckoutErrors fires: ${'a'.repeat(199)}…`],
  ])('gives its summary %j as the reason, on one line', async (summary, reason) => {
    const world = await worldInMemory()
    await world.until(isLive)
    const { sink } = sinkOf(world)
    await sink.alert(alertAt(world.release.cluster.nowMs, { summary }), signal)
    expect((await world.show()).rollout?.abort?.reason).toBe(reason)
  })

  it.each([
    ['was resolved', { status: 'resolved' }],
    ['is about stable', { track: 'stable' }],
    ['is about another app', { app: 'cart' }],
    ['is about no app', { app: undefined }],
    ['is of another environment', { environment: 'staging' }],
  ] as const)('that %s aborts nothing', async (_, changes) => {
    const world = await worldInMemory()
    await world.until(isLive)
    const before = await world.release.place.remote.tip('deploy')
    await sinkOf(world).sink.alert(alertAt(world.release.cluster.nowMs, changes), signal)
    expect(await world.release.place.remote.tip('deploy')).toBe(before)
  })

  it('that began before the rollout did, or was recorded then, aborts nothing', async () => {
    const world = await worldInMemory()
    const began = world.release.cluster.nowMs
    const { rollout } = await world.until(isLive)
    const { sink } = sinkOf(world)
    await sink.alert(alertAt(Math.min(began, Date.parse(rollout.startedAt) - 60_000)), signal)
    expect((await world.show()).rollout.abort).toBeUndefined()
  })

  it('that was resolved resumes nothing', async () => {
    const world = await worldInMemory()
    await world.until(isLive)
    await world.alice.call('POST', `${ROLLOUT}/pause`, { body: { reason: 'an alert fires' } })
    const resolved = alertAt(world.release.cluster.nowMs, { status: 'resolved' })
    await sinkOf(world).sink.alert(resolved, signal)
    expect((await world.show()).rollout.paused).toMatchObject({ by: 'alice' })
  })

  it('aborts in every other environment when the repository of the first is away', async () => {
    const world = await worldInMemory()
    await world.until(isLive)
    const props = targetProps(world.release, { environment: 'staging', open: away })
    const staging = separateTarget(props)
    const looks: string[] = []
    const prod = { ...world.target, look: () => void looks.push('look') }
    const sink = new RolloutSink({ targets: [staging, prod], clock: props.clock, log: () => {} })
    const alert = alertAt(world.release.cluster.nowMs)
    await expect(sink.alert(alert, signal)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
    expect((await world.show()).rollout.abort).toMatchObject({ by: 'alertmanager' })
    expect(looks).toEqual(['look'])
  })

  it('that cannot be taken is to be sent again', async () => {
    const world = await worldInMemory()
    const targets = [separateTarget(targetProps(world.release, { open: away }))]
    const sink = new RolloutSink({ targets, clock: { wallMs: () => 0 }, log: () => {} })
    await expect(sink.alert(alertAt(1), signal)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
    await expect(sink.gate(question(), signal)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
  })
})

describe('A hint', () => {
  it.each([
    [{}, 1],
    [{ environment: 'prod' }, 1],
    [{ environment: 'staging' }, 0],
    [{ repository: 'git.example.com/acme/deploy' }, 1],
    [{ repository: 'git.example.com/acme/shop' }, 0],
    [{ repository: 'git.example.com/acme/deploy', branch: 'deploy' }, 1],
    [{ repository: 'git.example.com/acme/deploy', branch: 'main' }, 0],
  ])('%j has %d environments looked at', async (hint, count) => {
    const world = await worldInMemory()
    const { sink, looks } = sinkOf(world)
    await sink.look({ ...told, reason: 'a push', ...hint }, signal)
    expect(looks).toHaveLength(count)
  })

  it('is a tick where nobody looks by itself', async () => {
    const world = await worldInMemory()
    await world.release.cluster.sync()
    const targets = [separateTarget(targetProps(world.release))]
    const sink = new RolloutSink({ targets, clock: { wallMs: () => 0 }, log: () => {} })
    await sink.look({ ...told, reason: 'a push' }, signal)
    expect((await world.show()).rollout).toMatchObject({ stage: { step: 1 } })
  })
})

/** Somebody who sends requests elsewhere, by hand on the branch. */
async function editRoute({ release }: RolloutWorld): Promise<void> {
  const files = await release.files()
  const [path, text] = Object.entries(files).find(([path]) => path.includes('httproute')) ?? []
  if (path === undefined || text === undefined) throw new Error('There is no route')
  await release.edit([{ path: `prod/${path}`, write: `${text}# by hand\n` }])
}

const question = (changes: Partial<GateQuestion> = {}): GateQuestion => ({
  ...told,
  sender: 'flagger',
  namespace: 'shop',
  app: 'checkout',
  hook: 'confirm-promotion',
  checksum: undefined,
  metadata: {},
  ...changes,
})

describe('A gate', () => {
  const ask = async (world: RolloutWorld, changes: Partial<GateQuestion> = {}) =>
    sinkOf(world).sink.gate(question(changes), signal)

  it('is open unless something stands against it', async () => {
    const world = await worldInMemory()
    expect(await ask(world)).toMatchObject({ state: 'approved' })
    await world.until(isLive)
    const { revision } = world.release.candidate
    expect(await ask(world)).toMatchObject({ state: 'approved', revision, step: 0 })
  })

  it('waits while somebody has paused it, and is refused once it is aborted', async () => {
    const world = await worldInMemory()
    await world.until(isLive)
    await world.alice.call('POST', `${ROLLOUT}/pause`, { body: { reason: 'lunch' } })
    expect(await ask(world)).toMatchObject({
      state: 'pending',
      reason: 'alice has paused it: lunch',
    })
    await world.alice.call('POST', `${ROLLOUT}/abort`, { body: { reason: 'it is bad' } })
    expect(await ask(world)).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('is being aborted: it is bad'),
    })
  })

  it('waits for a yes', async () => {
    const [step] = briefPlan.spec.steps
    const approval = { role: 'owners', quorum: 1, deadlineSeconds: 60, onTimeout: 'pause' } as const
    const plan = planWith({ ...briefPlan.spec, steps: [{ ...step!, approval }] })
    const world = await worldInMemory({ plan })
    await world.until(({ rollout }) => rollout?.awaiting !== undefined)
    expect(await ask(world)).toMatchObject({
      state: 'pending',
      reason: 'owners has to approve after step 1 (0 of 1)',
    })
  })

  it.each(['prod/STOP', 'prod/rollouts/shop/checkout/STOP'])('waits for %s to go', async (path) => {
    const world = await worldInMemory()
    await world.release.edit([{ path, write: 'an incident\n' }])
    expect(await ask(world)).toMatchObject({
      state: 'pending',
      reason: expect.stringContaining('an incident'),
    })
  })

  it('waits while what somebody edited by hand is on the branch', async () => {
    const world = await worldInMemory()
    await world.until(isLive)
    await editRoute(world)
    expect(await ask(world)).toMatchObject({
      state: 'pending',
      reason: expect.stringMatching(/edited prod\/traffic\/.* by hand in [0-9a-f]{10}$/),
    })
  })

  /** As an app is whose releases somebody else drives, with freeze windows if there are any. */
  async function drivenByOthers(...freezeWindows: readonly FreezeWindow[]): Promise<RolloutWorld> {
    const world = await worldInMemory()
    const { write } = world.release
    await write(APP, 'rollouts/shop/checkout/record.yaml', undefined)
    const gates = releaseGates({ name: 'checkout', namespace: 'shop' }, { freezeWindows })
    await write(APP, 'rollouts/shop/checkout/gates.yaml', emitYaml(gates))
    return world
  }

  it('of an app that others release opens when its freeze window does', async () => {
    // Its clock begins on a Saturday, 09:00 in Seoul.
    const window = { ...weekend, schedule: '0 9 * * SAT', duration: 'PT2H' }
    const world = await drivenByOthers(window)
    const reason = "frozen for 'weekend' until 2026-11-21T11:00:00+09:00[Asia/Seoul]"
    for (const hook of ['confirm-rollout', 'confirm-traffic-increase', 'rollback'] as const) {
      expect(await ask(world, { hook })).toEqual({ state: 'pending', reason })
    }
    world.release.cluster.nowMs = Date.parse('2026-11-21T11:00:00+09:00')
    expect(await ask(world)).toMatchObject({ state: 'approved' })
  })

  it('of an app that others release waits while what was edited by hand is there', async () => {
    const world = await drivenByOthers()
    expect(await ask(world)).toMatchObject({ state: 'approved' })
    await editRoute(world)
    expect(await ask(world)).toMatchObject({
      state: 'pending',
      reason: expect.stringMatching(/edited prod\/traffic\/.* by hand/),
    })
  })

  it('of an app that others release waits if nobody knows what stands against it', async () => {
    const world = await drivenByOthers()
    await world.release.write(APP, 'rollouts/shop/checkout/gates.yaml', 'kind: Other\n')
    expect(await ask(world)).toMatchObject({
      state: 'pending',
      reason: expect.stringContaining('gates.yaml is not what Lockstep has written'),
    })
  })

  it('of an app that others release knows STOP, and of no yes', async () => {
    const world = await drivenByOthers()
    const { edit } = world.release
    expect(await ask(world)).toMatchObject({ state: 'approved' })
    expect(await ask(world, { metadata: { role: 'owners' } })).toMatchObject({ state: 'pending' })
    await edit([{ path: 'prod/STOP', write: 'an incident\n' }])
    expect(await ask(world)).toMatchObject({ state: 'pending' })
  })

  it.each([
    ['of an app that there is not', { app: 'cart' }, 'the branch has no app shop/cart in prod'],
    ['of another environment', { environment: 'staging' }, 'staging is no environment'],
  ])('%s waits', async (_, changes, reason) => {
    const world = await worldInMemory()
    expect(await ask(world, changes)).toMatchObject({
      state: 'pending',
      reason: expect.stringContaining(reason),
    })
  })
})
