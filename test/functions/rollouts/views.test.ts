import { describe, expect, it } from 'vitest'
import type { RolloutTarget } from '../../../functions/rollouts/rollout-target.ts'
import { separateTarget } from '../../../functions/rollouts/served-target.ts'
import type { GitRemote } from '../../../gitops/git-remote.ts'
import {
  BranchMovedError,
  RateLimitedError,
  RemoteRefusedError,
  RemoteUnreachableError,
} from '../../../gitops/git-remote-errors.ts'
import { systemClock } from '../../../leases/clock.ts'
import { MemoryGitRemote } from '../../gitops/memory-git-remote.ts'
import { APP, briefPlan, releaseOn } from '../../reconciler/release-fixture.ts'
import { FunctionCaller } from '../locks/function-caller.ts'
import { ROLLOUT, rolloutsOf, targetProps, worldInMemory, worldOnDisk } from './rollout-world.ts'

describe('Whoever looks', () => {
  it('sees all rollouts of an environment, and what is not as it should be', async () => {
    const { alice, release } = await worldOnDisk()
    await release.write('shop/cart', 'rollouts/shop/cart/record.yaml', 'nonsense: [')
    const { status, body } = await alice.call('GET', '/v1/rollouts')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      environment: 'prod',
      commit: await release.place.remote.tip('deploy'),
      rollouts: [{ namespace: 'shop', name: 'checkout' }],
      broken: [
        { namespace: 'shop', name: 'cart', problem: expect.stringContaining('record.yaml') },
      ],
    })
    const { body: others } = await alice.call('GET', '/v1/rollouts?namespace=bank')
    expect(others).toMatchObject({ rollouts: [], broken: [] })
  })

  it('is told nothing new twice', async () => {
    const { alice, tick } = await worldInMemory()
    const first = await alice.call('GET', ROLLOUT)
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
    expect((await alice.call('GET', ROLLOUT, { headers })).status).toBe(304)
    await tick()
    expect((await alice.call('GET', ROLLOUT, { headers })).status).toBe(200)
  })

  it('sees as much of the history as it wants', async () => {
    const { alice, until } = await worldInMemory()
    await until(({ rollout }) => rollout?.stage.step === 2)
    const historyOf = async (count: string) =>
      (await alice.call('GET', `${ROLLOUT}?history=${count}`)).body.history
    expect(await historyOf('0')).toEqual([])
    const [newest, before] = await historyOf('2')
    expect(newest).toMatchObject({
      subject: expect.stringContaining('shop/checkout'),
      changes: [{ step: '2/3', evidence: expect.any(Array) }],
    })
    expect(before.commit).not.toBe(newest.commit)
    expect((await alice.call('GET', `${ROLLOUT}?history=1000`)).status).toBe(200)
    expect((await alice.call('GET', `${ROLLOUT}?history=1001`)).status).toBe(400)
  })

  it('sees the plan, and what the function sees of the cluster if it wants', async () => {
    const { alice, until, release } = await worldInMemory()
    await until(({ rollout }) => rollout?.stage.part === 'live')
    const { body: plain } = await alice.call('GET', ROLLOUT)
    expect(plain.plan).toEqual(briefPlan)
    expect(plain.look).toBeUndefined()
    await release.cluster.sync()
    const before = await release.place.remote.tip('deploy')
    const { body, headers } = await alice.call('GET', `${ROLLOUT}?look=true`)
    expect(headers.get('etag')).toBeNull()
    expect(body).toMatchObject({
      ...plain,
      look: {
        at: new Date(release.cluster.nowMs).toISOString(),
        observation: { stable: { ready: expect.any(Number) }, canary: { missing: [] } },
        decision: { kind: 'wait', reasons: [expect.stringContaining('held')] },
      },
    })
    expect(await release.place.remote.tip('deploy')).toBe(before)
    expect((await alice.call('GET', `${ROLLOUT}?look=perhaps`)).status).toBe(400)
  })

  it('at the same time as others has the cluster looked at once, and anew once the branch has moved', async () => {
    const clock = { ...systemClock, monotonicMs: () => 0 }
    const { alice, release } = await worldInMemory({ target: { clock } })
    const { cluster } = release
    const read = cluster.read.bind(cluster)
    let reads = 0
    cluster.read = (...request) => {
      reads += 1
      return read(...request)
    }
    const ask = () => alice.call('GET', `${ROLLOUT}?look=true`)
    const answers = await Promise.all(Array.from({ length: 10 }, ask))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(reads).toBe(1)
    const commit = await release.edit([{ path: 'prod/STOP', write: 'an incident\n' }])
    expect((await ask()).body).toMatchObject({ commit, look: { closed: expect.any(String) } })
    expect(reads).toBe(2)
  })

  it('is told that nobody can be asked of the cluster, and that an app is unknown', async () => {
    const { release } = await worldInMemory()
    const { live: _, ...blind } = targetProps(release)
    const alice = new FunctionCaller([rolloutsOf([separateTarget(blind)])], 'alice')
    const { body } = await alice.call('GET', `${ROLLOUT}?look=true`)
    expect(body.look).toMatchObject({ problem: 'nobody looks at the cluster' })
    expect(await alice.call('GET', '/v1/rollouts/shop/cart?look=true')).toMatchObject({
      status: 404,
      body: { code: 'UNKNOWN_ROLLOUT' },
    })
  })

  it('sees what keeps a rollout from going on', async () => {
    const { alice, release } = await worldInMemory()
    await release.edit([{ path: 'prod/STOP', write: 'an incident\n' }])
    const closed = expect.stringContaining('stopped by prod/STOP (an incident)')
    const { body: list } = await alice.call('GET', '/v1/rollouts')
    expect(list.rollouts).toMatchObject([{ name: 'checkout', closed }])
    const { body: shown } = await alice.call('GET', `${ROLLOUT}?look=true`)
    expect(shown.look).toMatchObject({ closed })
  })

  it.each([
    ['shop/unheard-of', 404, 'UNKNOWN_ROLLOUT'],
    ['shop/..%2f..%2fx', 400, 'INVALID_REQUEST'],
    ['Shop/checkout', 400, 'INVALID_REQUEST'],
  ])('is told that there is no %s', async (name, status, code) => {
    const { alice } = await worldInMemory()
    const answer = await alice.call('GET', `/v1/rollouts/${name}`)
    expect(answer).toMatchObject({ status, body: { code } })
  })

  it('is told what is wrong with a record that says nothing, and nothing is done', async () => {
    const { alice, release } = await worldInMemory()
    await release.write(APP, 'rollouts/shop/checkout/record.yaml', 'count: many')
    const before = await release.place.remote.tip('deploy')
    for (const [method, path, body] of [
      ['GET', ROLLOUT, undefined],
      ['POST', `${ROLLOUT}/abort`, { reason: 'x' }],
    ] as const) {
      const answer = await alice.call(method, path, body && { body })
      expect(answer).toMatchObject({ status: 409, body: { code: 'BROKEN_ROLLOUT' } })
      expect(answer.body.detail).toContain('prod/rollouts/shop/checkout/record.yaml')
    }
    expect(await release.place.remote.tip('deploy')).toBe(before)
  })
})

describe('Several environments', () => {
  async function both() {
    const targets: RolloutTarget[] = []
    for (const environment of ['prod', 'staging']) {
      const release = await releaseOn(new MemoryGitRemote())
      const props = targetProps(release)
      targets.push({ ...separateTarget(props), environment })
    }
    return new FunctionCaller([rolloutsOf(targets)], 'alice')
  }

  it('are told apart by their names', async () => {
    const alice = await both()
    const answer = await alice.call('GET', `${ROLLOUT}?environment=prod`)
    expect(answer).toMatchObject({ status: 200, body: { environment: 'prod' } })
  })

  it.each(['/v1/rollouts', ROLLOUT, '/events'])('have to be named at %s', async (path) => {
    expect(await (await both()).call('GET', path)).toMatchObject({
      status: 400,
      body: { code: 'ENVIRONMENT_REQUIRED', environments: ['prod', 'staging'] },
    })
  })

  it.each(['/v1/rollouts', ROLLOUT, '/events'])('that there are not have no %s', async (path) => {
    expect(await (await both()).call('GET', `${path}?environment=test`)).toMatchObject({
      status: 404,
      body: { code: 'UNKNOWN_ENVIRONMENT', environments: ['prod', 'staging'] },
    })
  })

  it('are all looked at by one tick', async () => {
    const { status, body } = await (await both()).call('POST', '/v1/rollouts/tick')
    expect(status).toBe(200)
    expect(body.ticks).toMatchObject([{ environment: 'prod' }, { environment: 'staging' }])
  })
})

describe('A repository that', () => {
  const failing = (error: Error, at: readonly (keyof GitRemote)[]) => async () => {
    const release = await releaseOn(new MemoryGitRemote())
    const remote = new Proxy(release.place.remote, {
      get: (real, name, receiver) => {
        const value = Reflect.get(real, name, receiver)
        if ((at as readonly unknown[]).includes(name)) return () => Promise.reject(error)
        return typeof value === 'function' ? value.bind(real) : value
      },
    })
    const open = async () => ({ remote, close: async () => {} })
    const target = separateTarget(targetProps(release, { open }))
    return new FunctionCaller([rolloutsOf([target])], 'alice')
  }
  const location = 'https://git.example.com/acme/deploy'

  it.each([
    [
      'is away',
      new RemoteUnreachableError(location, 'connect ECONNREFUSED'),
      503,
      { code: 'REPOSITORY_UNREACHABLE', retryable: true, outcome: 'none' },
    ],
    [
      'does not know us',
      new RemoteRefusedError(location, 'authentication', '403'),
      502,
      { code: 'REPOSITORY_REFUSED', retryable: false, outcome: 'none' },
    ],
    [
      'has had enough',
      new RateLimitedError(location, '429', 7_000),
      429,
      { code: 'REPOSITORY_THROTTLED', retryable: true, retryAfterMs: 7_000 },
    ],
  ] as const)('%s is told of, whatever was asked for', async (_, error, status, body) => {
    const alice = await failing(error, ['tip'])()
    for (const [method, path, sent] of [
      ['GET', '/v1/rollouts', undefined],
      ['GET', ROLLOUT, undefined],
      ['POST', `${ROLLOUT}/abort`, { reason: 'x' }],
      ['POST', '/v1/rollouts/tick', undefined],
    ] as const) {
      const answer = await alice.call(method, path, sent && { body: sent })
      expect(answer).toMatchObject({ status, body })
    }
  })

  it('lost the answer to a commit leaves the outcome open', async () => {
    const lost = new RemoteUnreachableError(location, 'reset', { outcome: 'unknown' })
    const alice = await failing(lost, ['commit'])()
    const answer = await alice.call('POST', `${ROLLOUT}/abort`, { body: { reason: 'x' } })
    expect(answer).toMatchObject({
      status: 504,
      body: { code: 'COMMIT_OUTCOME_UNKNOWN', retryable: true, outcome: 'unknown' },
    })
  })

  it('hangs is not waited for without end', async () => {
    const release = await releaseOn(new MemoryGitRemote())
    const open = () => new Promise<never>(() => {})
    const target = separateTarget(targetProps(release, { open }))
    const app = rolloutsOf([target], { limits: { requestMs: 20 } })
    const alice = new FunctionCaller([app], 'alice')
    expect(await alice.call('GET', ROLLOUT)).toMatchObject({
      status: 504,
      body: { code: 'TOOK_TOO_LONG', outcome: 'none' },
    })
    expect(await alice.call('POST', '/v1/rollouts/tick')).toMatchObject({
      status: 504,
      body: { code: 'TOOK_TOO_LONG', outcome: 'unknown' },
    })
  })

  it('others write to all the time is busy', async () => {
    const alice = await failing(new BranchMovedError('deploy', 'abc'), ['commit'])()
    const answer = await alice.call('POST', `${ROLLOUT}/abort`, { body: { reason: 'x' } })
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'BRANCH_BUSY', retryable: true, outcome: 'none' },
    })
  }, 60_000)
})

describe('Two instances', () => {
  it('that tick at once on clocks minutes apart do no harm', async () => {
    const { release, target, app, until } = await worldOnDisk()
    const { signal } = new AbortController()
    const others = [-5, 5].map((minutes) => {
      const clock = release.cluster
      return rolloutsOf([
        separateTarget(
          targetProps(release, {
            open: () => target.open(signal),
            clock: {
              monotonicMs: () => performance.now(),
              wallMs: () => clock.nowMs + minutes * 60_000,
              sleep: () => Promise.resolve(),
            },
          }),
        ),
      ])
    })
    const callers = [app, ...others].map((each) => new FunctionCaller([each], 'alice'))
    for (let round = 0; round < 25; round++) {
      const { rollout, queued } = await release.record()
      if (rollout === undefined && queued === undefined) break
      await release.cluster.sync()
      const answers = await Promise.all(
        callers.map((caller) => caller.call('POST', '/v1/rollouts/tick')),
      )
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    }
    const { history } = await until(({ rollout, queued }) => !rollout && !queued)
    const actions = history.flatMap(({ changes }: { changes: { action?: string }[] }) =>
      changes.flatMap(({ action }) => action ?? []),
    )
    expect(actions.toReversed()).toEqual([
      'start',
      'shift',
      'shift',
      'scale',
      'shift',
      'promote',
      'shift-back',
      'finish',
    ])
  }, 60_000)
})
