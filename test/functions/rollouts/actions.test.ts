import { beforeEach, describe, expect, it } from 'vitest'
import { briefPlan, textsOf } from '../../reconciler/release-fixture.ts'
import { soundPlan } from '../../rollouts/plan-fixture.ts'
import {
  ROLLOUT,
  type RolloutWorld,
  type Shown,
  worldInMemory,
  worldOnDisk,
} from './rollout-world.ts'

const isLive =
  (step: number) =>
  ({ rollout }: Shown) =>
    rollout?.stage.step === step && rollout.stage.part === 'live'

describe('A release on a bare repository, by requests alone', () => {
  it('is queued, started, held, hastened and promoted, each by one commit', async () => {
    const { until, alice, show, release } = await worldOnDisk()
    const { revision } = release.candidate
    expect(await show()).toMatchObject({
      environment: 'prod',
      namespace: 'shop',
      name: 'checkout',
      stable: release.base.revision,
      queued: { revision },
    })
    const { rollout } = await until(isLive(1))
    expect(rollout).toMatchObject({ candidate: revision, weight: 20, steps: 3, isRollback: false })
    const body = { rollout: rollout.id, step: 1 }
    const promoted = await alice.call('POST', `${ROLLOUT}/promote`, { body })
    expect(promoted).toMatchObject({
      status: 200,
      body: { outcome: 'committed', action: 'hasten' },
    })
    const again = await alice.call('POST', `${ROLLOUT}/promote`, { body })
    expect(again).toMatchObject({ status: 200, body: { outcome: 'unchanged' } })
    const done = await until(({ rollout, queued }) => rollout === undefined && queued === undefined)
    expect(done.stable).toBe(revision)
    expect(await release.files()).toEqual(textsOf(release.candidate))
    const actions = done.history.flatMap(({ changes }: Shown) => changes[0]?.action ?? [])
    expect(actions.toReversed()).toEqual([
      'start',
      'shift',
      'hasten',
      'shift',
      'scale',
      'shift',
      'promote',
      'shift-back',
      'finish',
    ])
    const hastened = done.history.find(({ commit }: Shown) => commit === promoted.body.commit)
    expect(hastened).toMatchObject({
      changes: [{ namespace: 'shop', name: 'checkout', actor: 'alice', rollout: rollout.id }],
    })
  })

  it('is aborted by a person at once, and tried again', async () => {
    const { until, alice, show, release } = await worldOnDisk()
    await until(isLive(1))
    const body = { reason: 'customers\ncomplain' }
    const aborted = await alice.call('POST', `${ROLLOUT}/abort`, { body })
    expect(aborted).toMatchObject({ status: 200, body: { outcome: 'committed', action: 'abort' } })
    expect((await show()).rollout).toMatchObject({
      weight: 0,
      stage: { phase: 'aborting' },
      abort: { by: 'alice', reason: 'customers complain' },
    })
    expect((await alice.call('POST', `${ROLLOUT}/abort`, { body })).body.outcome).toBe('unchanged')
    const { heldBack } = await until(({ rollout }) => rollout === undefined)
    expect(await release.files()).toEqual(textsOf(release.base))
    expect(heldBack).toMatchObject([{ revision: release.candidate.revision }])
    const { revision } = release.candidate
    const retried = await alice.call('POST', `${ROLLOUT}/retry`, { body: { revision } })
    expect(retried).toMatchObject({ status: 200, body: { action: 'queue' } })
    expect((await show()).queued).toEqual({ revision, request: { kind: 'retry', by: 'alice' } })
    await until(isLive(1))
  })
})

describe('What people ask of a rollout', () => {
  let world: RolloutWorld
  beforeEach(async () => {
    world = await worldInMemory()
  })
  const ask = (action: string, body: object) =>
    world.alice.call('POST', `${ROLLOUT}/${action}`, { body })

  it('pauses and resumes it', async () => {
    await world.until(isLive(1))
    const paused = await ask('pause', { reason: 'lunch' })
    expect(paused.body).toMatchObject({ outcome: 'committed', action: 'pause' })
    expect((await world.show()).rollout.paused).toMatchObject({ by: 'alice', reason: 'lunch' })
    for (let ticks = 0; ticks < 10; ticks++) expect(await world.tick()).toEqual([])
    expect((await ask('pause', { reason: 'still' })).body.outcome).toBe('unchanged')
    expect((await ask('resume', {})).body).toMatchObject({ action: 'resume' })
    expect((await ask('resume', {})).body.outcome).toBe('unchanged')
    await world.until(({ rollout }) => rollout === undefined)
  })

  it('brings back what was stable before', async () => {
    await world.until(
      ({ stable, rollout }) => !rollout && stable === world.release.candidate.revision,
    )
    const { revision } = world.release.base
    expect((await world.show()).former).toEqual([revision])
    expect((await ask('rollback', { revision })).status).toBe(200)
    await world.until(({ stable, rollout }) => !rollout && stable === revision)
  })

  it('is about the rollout that was seen, and about no other', async () => {
    const { rollout } = await world.until(isLive(1))
    for (const [action, body] of [
      ['abort', { rollout: `${rollout.id}x`, reason: 'old' }],
      ['promote', { rollout: `${rollout.id}x` }],
      ['promote', { step: 2 }],
    ] as const) {
      expect(await ask(action, body)).toMatchObject({
        status: 409,
        body: { code: 'ROLLOUT_MOVED_ON', outcome: 'none', rollout: rollout.id },
      })
    }
  })

  it('is refused with what to do instead', async () => {
    const idle = await worldInMemory()
    await idle.until(({ queued, rollout }) => !queued && !rollout)
    for (const [action, body] of [
      ['promote', {}],
      ['pause', { reason: 'lunch' }],
      ['resume', {}],
      ['retry', { revision: 'unknown' }],
      ['rollback', { revision: 'unknown' }],
    ] as const) {
      const answer = await idle.alice.call('POST', `${ROLLOUT}/${action}`, { body })
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'ROLLOUT_REQUEST_REFUSED', retryable: false, outcome: 'none' },
      })
    }
  })

  it.each([
    ['pause', {}, 'reason'],
    ['abort', { reason: ' ' }, 'reason'],
    ['abort', { reason: 'x', force: true }, ''],
    ['retry', {}, 'revision'],
    ['rollback', { revision: '../x' }, 'revision'],
    ['approve', { revision: 'abc', step: 0, gate: 'leave' }, 'step'],
    ['approve', { revision: 'abc', step: 1, gate: 'both' }, 'gate'],
    ['promote', { step: 1.5 }, 'step'],
  ])('has to be as it should: %s %j', async (action, body, at) => {
    expect(await ask(action, body)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', errors: [{ in: 'body', at }] },
    })
  })

  it('has to have a body', async () => {
    const answer = await world.alice.call('POST', `${ROLLOUT}/promote`)
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
  })
})

describe('An approval', () => {
  const [step] = briefPlan.spec.steps
  const approval = { role: 'owners', quorum: 2, deadlineSeconds: 3600, onTimeout: 'pause' } as const
  const plan = { ...soundPlan, spec: { ...briefPlan.spec, steps: [{ ...step!, approval }] } }

  const inRole = (roles: Readonly<Record<string, string>>) => ({
    allows: async (
      { name }: { readonly name: string },
      { verb, role }: { readonly verb: string; readonly role?: string },
    ) => verb !== 'approve' || (role !== undefined && roles[name] === role),
  })

  it('is of whoever has the role, bound to revision and step, with how they were known', async () => {
    const authorizer = inRole({ alice: 'owners', bob: 'owners', carol: 'others' })
    const proven = {
      authenticate: async (token: string) => ({
        name: token.slice(9),
        groups: [],
        proof: 'oidc https://id.example.com',
      }),
    }
    const { until, alice, bob, release, show } = await worldInMemory({
      plan,
      props: { authorizer, authenticator: proven },
    })
    const { rollout } = await until((shown) => shown.rollout?.awaiting !== undefined)
    expect(rollout.awaiting).toMatchObject({ step: 1, gate: 'leave', role: 'owners', quorum: 2 })
    const { revision } = release.candidate
    const body = { revision, step: 1, gate: 'leave' }
    const approve = (who: typeof alice, given: object = body) =>
      who.call('POST', `${ROLLOUT}/approve`, { body: given })
    expect(await approve(alice, { ...body, revision: release.base.revision })).toMatchObject({
      status: 409,
      body: { code: 'ROLLOUT_REQUEST_REFUSED' },
    })
    expect((await approve(alice)).body).toMatchObject({ outcome: 'committed', action: 'approve' })
    expect((await approve(alice)).body.outcome).toBe('unchanged')
    expect((await show()).rollout.approvals).toEqual([
      {
        step: 1,
        gate: 'leave',
        by: 'alice',
        proof: 'oidc https://id.example.com',
        at: expect.any(String),
      },
    ])
    expect((await approve(bob)).status).toBe(200)
    await until((shown) => shown.stable === revision && shown.rollout === undefined)
  })

  it('is of nobody else, whatever else they may do', async () => {
    const authorizer = inRole({ bob: 'others' })
    const { until, alice, bob, release } = await worldInMemory({ plan, props: { authorizer } })
    await until((shown) => shown.rollout?.awaiting !== undefined)
    const body = { revision: release.candidate.revision, step: 1, gate: 'leave' }
    for (const who of [alice, bob]) {
      const answer = await who.call('POST', `${ROLLOUT}/approve`, { body })
      expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', outcome: 'none' } })
      expect(answer.body.detail).toContain("'approve' on rollouts/owners of lockstep.dev")
    }
  })

  it('that nobody asks for is refused', async () => {
    const { until, alice, release } = await worldInMemory()
    await until(isLive(1))
    const body = { revision: release.candidate.revision, step: 1, gate: 'leave' }
    const answer = await alice.call('POST', `${ROLLOUT}/approve`, { body })
    expect(answer).toMatchObject({ status: 409, body: { code: 'ROLLOUT_REQUEST_REFUSED' } })
  })
})
