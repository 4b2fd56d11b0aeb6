import { describe, expect, it } from 'vitest'
import { act, type RolloutRequest } from '../../rollouts/acts.ts'
import type { Decision, Move } from '../../rollouts/decision.ts'
import type { LiveAbort } from '../../rollouts/live-abort.ts'
import { next } from '../../rollouts/next.ts'
import type { NextProps } from '../../rollouts/next-props.ts'
import type { Observation } from '../../rollouts/observation.ts'
import type { RecordSpec, Rollout, Stage } from '../../rollouts/record.ts'
import type { RolloutStep } from '../../rollouts/step.ts'
import { planWith } from './plan-fixture.ts'

const at = (seconds: number): number => Date.parse('2026-11-21T00:00:00Z') + seconds * 1000
const time = (seconds: number): string => new Date(at(seconds)).toISOString()

const environment = 'prod'
const approval = { role: 'owners', quorum: 2, deadlineSeconds: 600, onTimeout: 'abort' } as const
const steps: readonly RolloutStep[] = [
  { weight: 10, holdSeconds: 60 },
  { weight: 50, holdSeconds: 60, approval },
]
const [measured] = planWith({}).spec.analysis
const plan = planWith({
  steps,
  deadlineSeconds: 3600,
  analysis: measured === undefined ? [] : [measured],
})

const live = (step: number): Stage => ({ phase: 'progressing', step, part: 'live' })

const rolloutIn = (stage: Stage, more: Partial<Rollout> = {}): Rollout => ({
  id: 'bbb-1',
  candidate: 'bbb',
  base: 'aaa',
  stage,
  since: time(0),
  need: 3,
  startedAt: time(0),
  commits: 2,
  changed: { workloads: 1, traffic: 2 },
  approvals: [],
  ...more,
})

/** What a look sees of a metric that is bad. */
const bad = (reason: string): Observation =>
  seen(5, { verdicts: [{ metric: 'success-rate', outcome: 'fail', reason }] })

const recordOf = (rollout: Rollout, more: Partial<RecordSpec> = {}): RecordSpec => ({
  count: 1,
  rollout,
  heldBack: [],
  former: [],
  ...more,
})

const seen = (seconds: number, more: Partial<Observation> = {}): Observation => ({
  atMs: at(seconds),
  stable: { missing: [], desired: 3, ready: 3 },
  canary: { missing: [], desired: 2, ready: 2 },
  traffic: { missing: [], liveSinceMs: at(0) },
  verdicts: [{ metric: 'success-rate', outcome: 'pass', reason: 'success rate 99.9 %' }],
  ...more,
})

function decide(rollout: Rollout, props: Partial<NextProps> & { seconds?: number } = {}): Decision {
  const { seconds = 61, ...rest } = props
  return next({
    environment,
    plan,
    record: recordOf(rollout),
    stable: 'aaa',
    observation: seen(seconds),
    nowMs: at(seconds),
    ...rest,
  })
}

const inconclusive = [
  { metric: 'success-rate', outcome: 'inconclusive', reason: '12 requests, of 200 needed' },
] as const

describe('A step', () => {
  it('is held from when its traffic was live', () => {
    const traffic = { missing: [], liveSinceMs: at(30) }
    const waiting = decide(rolloutIn(live(1)), { observation: seen(89, { traffic }) })
    expect(waiting).toMatchObject({ kind: 'wait', untilMs: at(90) })
    const going = decide(rolloutIn(live(1)), { observation: seen(90, { traffic }) })
    expect(going).toMatchObject({ kind: 'move', action: 'shift' })
  })

  it('is not left while a metric has too little to go by', () => {
    expect(
      decide(rolloutIn(live(1)), { observation: seen(61, { verdicts: inconclusive }) }),
    ).toEqual({
      kind: 'wait',
      reasons: ['12 requests, of 200 needed'],
    })
  })

  it('is left at once if a person says so, but for what a metric is sure of', () => {
    const rollout = rolloutIn(live(1), { hastened: 1 })
    const early = { observation: seen(5, { verdicts: inconclusive }) }
    expect(decide(rollout, early)).toMatchObject({ kind: 'move', action: 'shift' })
    const bad = [{ metric: 'success-rate', outcome: 'fail', reason: 'success rate 90 %' }] as const
    expect(decide(rollout, { observation: seen(5, { verdicts: bad }) })).toMatchObject({
      action: 'abort',
    })
  })

  it.each([
    [{ closure: { reason: 'frozen: weekend', opensAtMs: at(999) } }, 'frozen: weekend'],
    [{}, 'carol has paused it: lunch'],
  ])('is not entered while something is closed: %j', (props, reason) => {
    const paused = { by: 'carol', reason: 'lunch', at: time(1) }
    const rollout = rolloutIn(live(1), 'closure' in props ? {} : { paused })
    expect(decide(rollout, props)).toMatchObject({ kind: 'wait', reasons: [reason] })
  })

  it('asks people last, and counts each of them once', () => {
    const asked = decide(rolloutIn(live(2))) as Move
    expect(asked).toMatchObject({ action: 'await', evidence: [expect.stringContaining('0 of 2')] })
    let record = asked.record
    for (const name of ['alice', 'alice', 'bob']) {
      const request = {
        action: 'approve',
        revision: 'bbb',
        gate: { step: 2, gate: 'leave' },
      } as const
      const actor = { name, proof: 'oidc https://id.example.com' }
      record = act(request, { plan, record, actor, nowMs: at(70) })?.record ?? record
    }
    expect(record.rollout?.approvals.map(({ by }) => by)).toEqual(['alice', 'bob'])
    const observation = seen(70)
    const decision = next({ environment, plan, record, stable: 'aaa', observation, nowMs: at(70) })
    expect(decision).toMatchObject({ action: 'scale' })
  })

  it.each([
    ['abort', { action: 'abort' }],
    ['pause', { action: 'pause' }],
  ] as const)('that nobody approves in time ends in %s', (onTimeout, expected) => {
    const asking = planWith({ steps: [{ ...steps[0]!, approval: { ...approval, onTimeout } }] })
    const awaiting = { step: 1, gate: 'leave', since: time(61) } as const
    const rollout = rolloutIn(live(1), { awaiting })
    expect(decide(rollout, { plan: asking, seconds: 660 })).toMatchObject({ kind: 'wait' })
    expect(decide(rollout, { plan: asking, seconds: 661 })).toMatchObject(expected)
  })
})

describe('A rollout goes back', () => {
  it.each<[string, Partial<NextProps> & { seconds?: number }, Partial<RecordSpec>, boolean]>([
    ['a metric fails', { observation: bad('success rate 90 %') }, {}, true],
    [
      'its pods do not get ready',
      {
        observation: seen(5, {
          canary: {
            missing: [],
            desired: 2,
            ready: 0,
            failure: 'Deployment shop/checkout-canary makes no progress',
          },
        }),
      },
      {},
      true,
    ],
    ['its deadline is over', { seconds: 3600 }, {}, true],
    ['somebody has changed its files', { tampered: 'weights were edited in 1234567' }, {}, true],
    ['the base is published again', {}, { queued: { revision: 'aaa' } }, false],
    ['another revision is published', {}, { queued: { revision: 'ccc' } }, false],
    [
      'nothing can be seen and the base is published',
      { observation: undefined as never },
      { queued: { revision: 'aaa' } },
      false,
    ],
  ])('when %s, paused, frozen or not', (_, props, more, holdsBack) => {
    const paused = { by: 'carol', reason: 'lunch', at: time(1) }
    const rollout = rolloutIn(live(1), { paused })
    const record = recordOf(rollout, more)
    const closure = { reason: 'frozen: weekend' }
    const decision = decide(rollout, { record, closure, ...props })
    expect(decision).toMatchObject({
      kind: 'move',
      action: 'abort',
      record: { rollout: { stage: { phase: 'aborting', part: 'traffic' }, abort: { holdsBack } } },
    })
  })

  it('without waiting for a metric that has nothing to say, where the plan wants that', () => {
    const [metric] = plan.spec.analysis
    if (metric === undefined) throw new Error('The plan measures something')
    const strict = planWith({ steps, analysis: [{ ...metric, noData: 'abort' }] })
    const observation = seen(59, { verdicts: inconclusive })
    expect(decide(rolloutIn(live(1)), { plan: strict, observation })).toMatchObject({
      kind: 'wait',
    })
    const later = { plan: strict, observation: { ...observation, atMs: at(60) } }
    expect(decide(rolloutIn(live(1)), later)).toMatchObject({ action: 'abort' })
  })

  it('with the old template first once stable has the new one', () => {
    const stage: Stage = { phase: 'promoting' }
    const decision = decide(rolloutIn(stage), { observation: bad('success rate 90 %') })
    expect(decision).toMatchObject({
      record: { rollout: { stage: { phase: 'aborting', part: 'template', from: stage } } },
    })
  })

  it('at once where no request could reach the canary yet', () => {
    const stage: Stage = { phase: 'progressing', step: 1, part: 'scaling' }
    const decision = decide(rolloutIn(stage), { observation: bad('it burns') })
    expect(decision).toMatchObject({ action: 'abort' })
    expect((decision as Move).record).toEqual({
      count: 1,
      heldBack: [{ revision: 'bbb', rollout: 'bbb-1', reason: 'it burns' }],
      former: [],
    })
  })
})

describe('A revision that is queued', () => {
  const queued = (more: Partial<RecordSpec> = {}): RecordSpec => ({
    count: 1,
    queued: { revision: 'bbb' },
    heldBack: [],
    former: ['ccc'],
    ...more,
  })
  const begin = (record: RecordSpec, props: Partial<NextProps> = {}) =>
    next({ environment, plan, record, stable: 'aaa', observation: seen(0), nowMs: at(0), ...props })

  it('starts with as many pods in mind as run', () => {
    const observation = seen(0, { stable: { missing: [], desired: 17, ready: 17 } })
    expect(begin(queued(), { observation })).toMatchObject({
      action: 'start',
      record: { count: 2, rollout: { id: 'bbb-2', need: 17, stage: { step: 1, part: 'scaling' } } },
    })
  })

  it('waits for a window to open', () => {
    const closure = { reason: 'frozen: weekend', opensAtMs: at(999) }
    expect(begin(queued(), { closure })).toEqual({
      kind: 'wait',
      reasons: ['frozen: weekend'],
      untilMs: at(999),
    })
  })

  it('waits for somebody to say yes before there is anything of it', () => {
    const asking = planWith({ steps: [{ ...steps[0]!, approveBefore: approval }] })
    const started = begin(queued(), { plan: asking }) as Move
    expect(started.record.rollout).toMatchObject({ stage: live(0), changed: { workloads: 0 } })
    const { record } = started
    expect(
      next({
        environment,
        plan: asking,
        record,
        stable: 'aaa',
        observation: seen(1),
        nowMs: at(1),
      }),
    ).toMatchObject({ action: 'await' })
  })

  it('goes back to a former one with capacity first, and without holds', () => {
    const request = { action: 'rollback', revision: 'ccc' } as const
    const actor = { name: 'alice', proof: 'git' }
    const props = { plan, record: recordOf(rolloutIn(live(1)), {}), actor, nowMs: at(0) }
    expect(() => act(request, props)).toThrow('Revision ccc is none that was stable before')
    const { queued: _, ...rest } = queued()
    const asked = act(request, { ...props, record: rest })
    const started = begin(asked?.record ?? rest) as Move
    expect(started.record.rollout).toMatchObject({
      isRollback: true,
      stage: { phase: 'progressing', step: 3, part: 'scaling' },
    })
  })
})

describe('A rollout whose files somebody has edited', () => {
  it('is not taken away before the cluster is seen without it: its record may be behind', () => {
    const stage: Stage = { phase: 'progressing', step: 1, part: 'scaling' }
    expect(decide(rolloutIn(stage), { tampered: 'a revert in 1234567' })).toMatchObject({
      action: 'abort',
      record: { rollout: { stage: { phase: 'aborting', part: 'traffic' } } },
    })
  })

  it('is not ended over what somebody has mended meanwhile', () => {
    const stage: Stage = { phase: 'aborting', part: 'traffic', from: live(1) as never }
    const tampered = 'prod/workloads/shop/checkout/deployment.yaml was edited by hand'
    expect(decide(rolloutIn(stage), { tampered })).toEqual({
      kind: 'wait',
      reasons: [`${tampered}, and nothing is written over it`],
    })
  })
})

describe('An abort', () => {
  it('ends although stable is sick, once requests go there', () => {
    const stage: Stage = { phase: 'aborting', part: 'traffic', from: live(1) as never }
    const stable = {
      missing: ['Deployment shop/checkout has 2 of 3 pods ready'],
      desired: 3,
      ready: 2,
    }
    expect(decide(rolloutIn(stage), { observation: seen(5, { stable }) })).toMatchObject({
      action: 'abort-finish',
    })
  })
})

describe('An abort in the cluster', () => {
  const note: LiveAbort = {
    app: 'shop/checkout',
    rollout: 'bbb-1',
    reason: 'customers complain',
    at: time(3),
    syncs: [
      {
        group: 'kustomize.toolkit.fluxcd.io',
        kind: 'Kustomization',
        namespace: 'flux-system',
        name: 'prod-workloads',
      },
    ],
  }
  const unsettled = {
    rollout: 'bbb-1',
    at: time(3),
    syncs: ['Kustomization flux-system/prod-workloads'],
  }
  const aborting: Stage = { phase: 'aborting', part: 'traffic', from: live(1) as never }
  const noCanary = { missing: [], desired: 0, ready: 0 }
  const actor = { name: 'alice', proof: 'git' }
  const command = 'lockstep rollout settle shop/checkout --env prod'

  it('is remembered by the branch with its first commit, whoever makes that', () => {
    const rollout = rolloutIn(live(1))
    const observation = seen(5, { abortedLive: note })
    expect(decide(rollout, { observation })).toMatchObject({
      action: 'abort',
      record: { unsettled },
    })
    const request = { action: 'abort-noted', note } as const
    const asked = act(request, { plan, record: recordOf(rollout), actor, nowMs: at(5) })
    expect(asked).toMatchObject({
      action: 'abort',
      record: {
        unsettled,
        rollout: { abort: { by: 'alice', reason: expect.stringContaining('customers complain') } },
      },
    })
  })

  it('is no memory of one that was made on the branch', () => {
    const request = { action: 'abort', reason: 'a whim' } as const
    const props = { plan, record: recordOf(rolloutIn(live(1))), actor, nowMs: at(5) }
    expect(act(request, props)?.record).not.toHaveProperty('unsettled')
  })

  it('is remembered at rest, where its pods were its weights and nobody waits for a sync', () => {
    const abortedLive = { ...note, replicas: 3 }
    const observation = seen(5, { abortedLive, canary: noCanary })
    const ended = decide(rolloutIn(aborting), { observation }) as Move
    expect(ended).toMatchObject({ action: 'abort-finish', record: { unsettled } })
    expect(ended.record.rollout).toBeUndefined()
    expect(ended.evidence.at(-1)).toBe(
      `it was aborted in the cluster, and Kustomization flux-system/prod-workloads is suspended until it is settled: ${command}`,
    )
  })

  it('is forgotten once what the branch says was seen in the cluster', () => {
    const record = recordOf(rolloutIn(aborting), { unsettled })
    const waits = decide(rolloutIn(aborting), {
      record,
      observation: seen(5, { abortedLive: note }),
    })
    expect(waits).toMatchObject({ kind: 'wait', reasons: [expect.stringContaining(command)] })
    const ended = decide(rolloutIn(aborting), { record }) as Move
    expect(ended.action).toBe('abort-finish')
    expect(ended.record).not.toHaveProperty('unsettled')
  })

  it('is forgotten once a later release was promoted, and not before', () => {
    const later = rolloutIn(live(1))
    const going = decide(later, { record: recordOf(later, { unsettled }), seconds: 0 })
    expect(going).toMatchObject({ kind: 'wait' })
    const back = rolloutIn({ phase: 'shifting-back' })
    const ended = decide(back, { record: recordOf(back, { unsettled }) }) as Move
    expect(ended.action).toBe('finish')
    expect(ended.record).not.toHaveProperty('unsettled')
  })

  it('is settled at rest and in flight, and only if it was remembered', () => {
    const rest: RecordSpec = { count: 1, heldBack: [], former: [] }
    const settle = (record: RecordSpec) =>
      act({ action: 'settle' }, { plan, record, actor, nowMs: at(5) })
    expect(settle(rest)).toBeUndefined()
    expect(settle({ ...rest, unsettled })).toEqual({
      kind: 'move',
      action: 'settle',
      record: rest,
      evidence: ['nothing is suspended any more for the abort of bbb-1 in the cluster'],
    })
    const rollout = rolloutIn(aborting)
    expect(settle(recordOf(rollout, { unsettled }))?.record).toEqual(
      recordOf({ ...rollout, commits: rollout.commits + 1 }),
    )
  })
})

describe('A rollback', () => {
  const sick = { missing: ['Deployment shop/checkout has 0 of 3 pods ready'], desired: 3, ready: 0 }

  it('goes on although stable is sick, and through a freeze', () => {
    const observation = seen(5, { stable: sick })
    const closure = { reason: 'frozen: weekend', sparesRollbacks: true } as const
    for (const part of ['scaling', 'live'] as const) {
      const stage: Stage = { phase: 'progressing', step: 3, part }
      const rollout = rolloutIn(stage, { isRollback: true })
      const expected = { kind: 'move', action: part === 'scaling' ? 'shift' : 'promote' }
      expect(decide(rollout, { observation, closure })).toMatchObject(expected)
      expect(decide(rolloutIn(stage), { observation, closure })).toMatchObject({ kind: 'wait' })
    }
  })

  it('waits for a person who has stopped everything', () => {
    const stage: Stage = { phase: 'progressing', step: 3, part: 'scaling' }
    const closure = { reason: 'stopped by prod/STOP' }
    expect(decide(rolloutIn(stage, { isRollback: true }), { closure })).toMatchObject({
      kind: 'wait',
      reasons: ['stopped by prod/STOP'],
    })
  })

  it('keeps what was left from being published again by itself', () => {
    const stage: Stage = { phase: 'shifting-back' }
    const rollout = rolloutIn(stage, { isRollback: true })
    expect(decide(rollout)).toMatchObject({
      action: 'finish',
      record: {
        heldBack: [{ revision: 'aaa', reason: 'it was rolled back to bbb' }],
        former: ['aaa'],
      },
    })
  })
})

describe('What a person asks for', () => {
  const actor = { name: 'alice', proof: 'git' }
  const ask = (request: RolloutRequest, record: RecordSpec) =>
    act(request, { plan, record, actor, nowMs: at(0) })

  it('is refused with what to do where it cannot be', () => {
    const idle: RecordSpec = { count: 1, heldBack: [], former: [] }
    expect(() => ask({ action: 'pause', reason: 'lunch' }, idle)).toThrow('No rollout is in flight')
    const gate = { step: 2, gate: 'leave' } as const
    const wrong = { action: 'approve', revision: 'ccc', gate } as const
    expect(() => ask(wrong, recordOf(rolloutIn(live(1))))).toThrow(
      'The approval is for revision ccc, and bbb is in flight',
    )
    const stage: Stage = { phase: 'progressing', step: 1, part: 'scaling' }
    expect(() => ask({ action: 'promote' }, recordOf(rolloutIn(stage)))).toThrow('waits for pods')
  })

  it('changes nothing when it is so already', () => {
    const record = recordOf(rolloutIn(live(1), { paused: { by: 'bob', reason: 'x', at: time(0) } }))
    expect(ask({ action: 'pause', reason: 'lunch' }, record)).toBeUndefined()
    expect(ask({ action: 'resume' }, recordOf(rolloutIn(live(1))))).toBeUndefined()
  })

  it('is remembered of an abort, so that the revision does not come back by itself', () => {
    const idle: RecordSpec = { count: 1, queued: { revision: 'bbb' }, heldBack: [], former: [] }
    expect(ask({ action: 'abort', reason: 'not today' }, idle)?.record).toEqual({
      count: 1,
      heldBack: [{ revision: 'bbb', reason: 'not today' }],
      former: [],
    })
  })
})
