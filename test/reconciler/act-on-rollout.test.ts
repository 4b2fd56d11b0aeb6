import { describe, expect, it } from 'vitest'
import { type ActResult, actOnRollout } from '../../reconciler/act-on-rollout.ts'
import { type RolloutRequest, RolloutRequestRefusedError } from '../../rollouts/acts.ts'
import { stageName } from '../../rollouts/stage-name.ts'
import type { Approval } from '../../rollouts/step.ts'
import { CanaryWorld, version } from '../gitops/canary-fixture.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { APP } from './release-fixture.ts'

const approval: Approval = {
  role: 'owners',
  quorum: 1,
  deadlineSeconds: 3_600,
  onTimeout: 'pause',
}

const plan = planWith({
  steps: [
    { weight: 20, holdSeconds: 10 },
    { weight: 60, holdSeconds: 10, approval },
  ],
  analysis: [],
  freezeWindows: [],
})

const one = version('1', undefined, plan)
const two = version('2', undefined, plan)

/** Version 1 is stable, and version 2 waits. */
async function queued(): Promise<CanaryWorld> {
  const world = new CanaryWorld(new MemoryGitRemote())
  await world.publish(one)
  await world.publish(two)
  return world
}

/** Version 2 is on its way, as far as something is so. */
async function until(isThere: (world: CanaryWorld) => Promise<boolean>): Promise<CanaryWorld> {
  const world = await queued()
  for (let looks = 0; !(await isThere(world)); looks++) {
    if (looks === 50) throw new Error('It never comes there')
    await world.tick()
    const { rollout } = await world.record()
    const isAsked = rollout?.awaiting !== undefined && !(await isThere(world))
    if (isAsked) await world.ask({ action: 'approve', revision: two.revision, gate: GATE })
  }
  return world
}

const GATE = { step: 2, gate: 'leave' } as const

const inStage = (name: string): Promise<CanaryWorld> =>
  until(async (world) => stageName((await world.record()).rollout?.stage) === name)

async function asked(place: Promise<CanaryWorld>, request: RolloutRequest): Promise<CanaryWorld> {
  const world = await place
  await world.ask(request)
  return world
}

async function rested(place: Promise<CanaryWorld>): Promise<CanaryWorld> {
  const world = await place
  await world.untilRest()
  return world
}

const waiting = () => until(async (world) => (await world.record()).rollout?.awaiting !== undefined)
const promoted = () => rested(until(async (world) => (await world.record()).former.length > 0))
const PAUSE = { action: 'pause', reason: 'lunch' } as const
const ABORT = { action: 'abort', reason: 'errors' } as const
const APPROVE = { action: 'approve', revision: two.revision, gate: GATE } as const
const RETRY = { action: 'retry', revision: two.revision } as const
const ROLLBACK = { action: 'rollback', revision: one.revision } as const

const REQUESTS: readonly RolloutRequest[] = [
  { action: 'promote' },
  PAUSE,
  { action: 'resume' },
  ABORT,
  APPROVE,
  RETRY,
  ROLLBACK,
]

interface State {
  readonly make: () => Promise<CanaryWorld>
  /** What comes of each request: a commit, nothing (`-`), or a refusal (`no`). */
  readonly outcomes: string
}

const STATES: Readonly<Record<string, State>> = {
  // promote pause resume abort approve retry rollback
  queued: { make: queued, outcomes: 'no no no commit no no no' },
  scaling: { make: () => inStage('scaling'), outcomes: 'no commit - commit commit no no' },
  live: { make: () => inStage('live'), outcomes: 'commit commit - commit commit no no' },
  'live, hastened': {
    make: () => asked(inStage('live'), { action: 'promote' }),
    outcomes: '- commit - commit commit no no',
  },
  'live, paused': {
    make: () => asked(inStage('live'), PAUSE),
    outcomes: 'commit - commit commit commit no no',
  },
  'waits for approval': { make: waiting, outcomes: 'commit commit - commit commit no no' },
  'approved, not looked at': {
    make: () => asked(waiting(), APPROVE),
    outcomes: 'commit commit - commit - no no',
  },
  promoting: { make: () => inStage('promoting'), outcomes: '- no - commit - no no' },
  'shifting back': { make: () => inStage('shifting-back'), outcomes: '- no - commit - no no' },
  'aborting traffic': {
    make: () => asked(inStage('live'), ABORT),
    outcomes: 'no no - - no no no',
  },
  'aborting traffic, was paused': {
    make: () => asked(asked(inStage('live'), PAUSE), ABORT),
    outcomes: 'no no - - no no no',
  },
  'aborting template': {
    make: () => asked(inStage('promoting'), ABORT),
    outcomes: 'no no - - no no no',
  },
  aborted: {
    make: () => rested(asked(inStage('live'), ABORT)),
    outcomes: 'no no no no no commit no',
  },
  'aborted, queued again': {
    make: () => asked(rested(asked(inStage('live'), ABORT)), RETRY),
    outcomes: 'no no no commit no - no',
  },
  promoted: { make: promoted, outcomes: 'no no no no no no commit' },
  'promoted, rollback queued': {
    make: () => asked(promoted(), ROLLBACK),
    outcomes: 'no no no commit no no -',
  },
}

describe('What a person asks for', () => {
  it.each(Object.entries(STATES))(
    'is a commit that changes something, once, or nothing, or refused: %s',
    { timeout: 60_000 },
    async (_, { make, outcomes }) => {
      const found: string[] = []
      for (const request of REQUESTS) {
        const world = await make()
        const outcome = await outcomeOf(world, request)
        if (outcome === COMMITTED) expect(await outcomeOf(world, request)).not.toBe(COMMITTED)
        found.push(outcome)
      }
      expect(found.join(' ')).toBe(outcomes)
    },
  )

  it('a rollback goes on although the cluster comes late, by looks and by minutes', async () => {
    const world = await promoted()
    await world.ask(ROLLBACK)
    world.cluster.isSynced = false
    for (let looks = 0; looks < 3; looks++) await world.tick()
    world.cluster.isSynced = true
    await world.untilRest()
    expect(await world.record()).toMatchObject({
      heldBack: [{ revision: two.revision, reason: `it was rolled back to ${one.revision}` }],
    })
  })

  it('a rollback is one although the revision waits already, as published', async () => {
    const world = await promoted()
    await world.publish(one)
    expect((await world.record()).queued).toEqual({ revision: one.revision })
    expect(await outcomeOf(world, ROLLBACK)).toBe(COMMITTED)
    expect((await world.record()).queued?.request).toEqual({ kind: 'rollback', by: 'alice' })
  })
})

const COMMITTED = 'commit'

/** What came of it, and of a commit that it changed something beside the number of commits. */
async function outcomeOf(world: CanaryWorld, request: RolloutRequest): Promise<string> {
  const before = await stateOf(world)
  const result = await resultOf(world, request)
  const after = await stateOf(world)
  expect(after !== before).toBe(result === COMMITTED)
  return result
}

async function resultOf(world: CanaryWorld, request: RolloutRequest): Promise<string> {
  const { place, cluster } = world
  const actor = { name: 'alice', proof: 'a test' }
  const act = (): Promise<ActResult> =>
    actOnRollout({ place, app: APP, request, actor, now: () => cluster.nowMs })
  try {
    return (await act()).outcome === 'committed' ? COMMITTED : '-'
  } catch (error) {
    if (error instanceof RolloutRequestRefusedError) return 'no'
    throw error
  }
}

async function stateOf(world: CanaryWorld): Promise<string> {
  const { rollout, ...rest } = await world.record()
  return JSON.stringify([rest, rollout && { ...rollout, commits: 0 }, await world.released()])
}
