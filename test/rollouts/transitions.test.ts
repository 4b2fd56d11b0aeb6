import { describe, expect, it } from 'vitest'
import {
  act,
  type RequestAtCluster,
  type RolloutRequest,
  RolloutRequestRefusedError,
} from '../../rollouts/acts.ts'
import type { RolloutAction } from '../../rollouts/decision.ts'
import type { LiveAbort } from '../../rollouts/live-abort.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import type { RecordSpec } from '../../rollouts/record.ts'
import type { SimulatedRelease } from '../../rollouts/simulated-release.ts'
import { stageName } from '../../rollouts/stage-name.ts'
import type { Approval } from '../../rollouts/step.ts'
import { TRANSITIONS } from '../../rollouts/transitions.ts'
import { unsettled } from '../../rollouts/unsettled-abort.ts'
import { planWith, ratioSpec } from './plan-fixture.ts'
import { approveAll, isAtRest, randomFrom, released } from './released.ts'

const approval: Approval = {
  role: 'owners',
  quorum: 1,
  deadlineSeconds: 60,
  onTimeout: 'pause',
}

const PLANS: readonly RolloutPlan[] = [
  planWith({
    steps: [
      { scale: 30, holdSeconds: 10 },
      { match: { header: 'x-canary', value: 'yes' }, holdSeconds: 10 },
      { weight: 10, holdSeconds: 20, approval },
      { weight: 11, holdSeconds: 20 },
      { weight: 60, holdSeconds: 20 },
    ],
    replicas: { min: 6, max: 40 },
    analysis: [],
    freezeWindows: [],
  }),
  planWith({
    steps: [{ weight: 10, holdSeconds: 10, approveBefore: approval }],
    analysis: [],
    freezeWindows: [],
  }),
  planWith({
    steps: [
      { weight: 20, holdSeconds: 10 },
      { weight: 50, holdSeconds: 10 },
    ],
    replicas: { min: 8, max: 8 },
    analysis: [],
    freezeWindows: [],
    router: ratioSpec.router,
  }),
]

/** Stages in which no release is for long. */
const BRIEF: ReadonlySet<string> = new Set([
  'promoting',
  'shifting-back',
  'aborting-template',
  'aborting-traffic',
])

const RUNS = 400
const MOST_TICKS = 150

const text = (from: string, action: RolloutAction, to: string): string => `${from} ${action} ${to}`
const known = new Set(TRANSITIONS.map(({ from, action, to }) => text(from, action, to)))

describe('The table of transitions', () => {
  it('has all that releases and people do, and nothing else', () => {
    const seen = new Set<string>()
    for (let seed = 1; seed <= RUNS; seed++) {
      for (const transition of transitionsOf(PLANS[seed % PLANS.length] as RolloutPlan, seed)) {
        seen.add(transition)
      }
    }
    expect([...seen].filter((transition) => !known.has(transition))).toEqual([])
    expect([...known].filter((transition) => !seen.has(transition))).toEqual([])
  })
})

/** Those of one release in which people ask for this and that. */
function transitionsOf(plan: RolloutPlan, seed: number): ReadonlySet<string> {
  const random = randomFrom(seed * 7919)
  const demand = (seconds: number) => 1 + Math.floor(seconds / 20)
  const release = released(plan, seed, { demand })
  // Nobody has settled what the release before has left in the cluster.
  if (seed % 2 === 0)
    release.record = { ...release.record, unsettled: unsettled(noteOf(release.record)) }
  const found = new Set<string>()
  let before: RecordSpec = release.record
  let seen = 0
  const note = () => {
    for (const { action, record } of release.commits.slice(seen)) {
      found.add(text(stageName(before.rollout?.stage), action, stageName(record.rollout?.stage)))
      before = record
    }
    seen = release.commits.length
  }
  for (let tick = 0; tick < MOST_TICKS; tick++) {
    if (!isAtRest(release)) release.tick()
    if (random() < 0.5) approveAll(release)
    const isBrief = BRIEF.has(stageName(release.record.rollout?.stage))
    if (random() < (isBrief ? 0.7 : 0.15)) ask(release, requestFor(release, random))
    note()
  }
  return found
}

type Request = RolloutRequest | RequestAtCluster

function ask(release: SimulatedRelease, request: Request): void {
  const { plan, record, nowMs } = release
  try {
    const move = act(request, { plan, record, actor: { name: 'bob', proof: 'a test' }, nowMs })
    if (move !== undefined) release.commit(move)
  } catch (error) {
    if (!(error instanceof RolloutRequestRefusedError)) throw error
  }
}

function requestFor({ record }: SimulatedRelease, random: () => number): Request {
  const revision = record.heldBack[0]?.revision ?? record.former[0] ?? 'none'
  const candidate = record.rollout?.candidate ?? 'none'
  const requests: readonly Request[] = [
    { action: 'pause', reason: 'lunch' },
    { action: 'resume' },
    { action: 'resume' },
    { action: 'promote' },
    { action: 'approve', revision: candidate, gate: { step: 1, gate: 'enter' } },
    { action: 'approve', revision: candidate, gate: { step: 3, gate: 'leave' } },
    { action: 'retry', revision },
    { action: 'rollback', revision },
    { action: 'settle' },
    ...(random() < 0.2 ? [{ action: 'abort', reason: 'a whim' } as const] : []),
    ...(random() < 0.2 ? [{ action: 'abort-noted', note: noteOf(record) } as const] : []),
  ]
  return requests[Math.floor(random() * requests.length)] as Request
}

const noteOf = ({ rollout }: RecordSpec): LiveAbort => ({
  app: 'shop/checkout',
  rollout: rollout?.id ?? 'none',
  reason: 'customers complain',
  at: '2026-11-21T01:00:00Z',
  syncs: [],
})
