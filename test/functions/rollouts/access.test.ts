import { describe, expect, it } from 'vitest'
import type { Authorizer, RequestedAccess } from '../../../functions/identity/authorizer.ts'
import { ROLLOUT, worldInMemory } from './rollout-world.ts'

const CHECKOUT = { resource: 'rollouts', environment: 'prod', namespace: 'shop', name: 'checkout' }
const ALL = { resource: 'rollouts', environment: 'prod', namespace: '*', name: '*' }
const REVISION = { revision: 'abc' }

describe('What somebody may do', () => {
  const asked: RequestedAccess[] = []
  const nothing: Authorizer = {
    async allows(_, access) {
      asked.push(access)
      return false
    },
  }

  it.each([
    ['GET', '/v1/rollouts', undefined, { ...ALL, verb: 'list' }],
    ['GET', '/v1/rollouts?namespace=shop', undefined, { ...ALL, namespace: 'shop', verb: 'list' }],
    ['GET', ROLLOUT, undefined, { ...CHECKOUT, verb: 'get' }],
    ['POST', `${ROLLOUT}/promote`, {}, { ...CHECKOUT, verb: 'promote' }],
    ['POST', `${ROLLOUT}/pause`, { reason: 'x' }, { ...CHECKOUT, verb: 'pause' }],
    ['POST', `${ROLLOUT}/resume`, {}, { ...CHECKOUT, verb: 'resume' }],
    ['POST', `${ROLLOUT}/abort`, { reason: 'x' }, { ...CHECKOUT, verb: 'abort' }],
    ['POST', `${ROLLOUT}/retry`, REVISION, { ...CHECKOUT, verb: 'retry' }],
    ['POST', `${ROLLOUT}/rollback`, REVISION, { ...CHECKOUT, verb: 'rollback' }],
    // Nobody asks for that approval, so it is as if it were read.
    [
      'POST',
      `${ROLLOUT}/approve`,
      { ...REVISION, step: 1, gate: 'leave' },
      { ...CHECKOUT, verb: 'get' },
    ],
    [
      'POST',
      '/v1/rollouts/shop/unheard-of/approve',
      { ...REVISION, step: 1, gate: 'leave' },
      { ...CHECKOUT, name: 'unheard-of', verb: 'get' },
    ],
    ['POST', '/v1/rollouts/tick', undefined, { ...ALL, verb: 'tick' }],
    ['GET', '/events', undefined, { ...ALL, verb: 'list' }],
    ['GET', '/events?namespace=shop', undefined, { ...ALL, namespace: 'shop', verb: 'list' }],
  ])('is asked before anything is done: %s %s', async (method, path, body, access) => {
    const { alice, release } = await worldInMemory({ props: { authorizer: nothing } })
    const before = await release.place.remote.tip('deploy')
    const answer = await alice.call(method, path, body && { body })
    expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', outcome: 'none' } })
    expect(answer.body.detail).toContain(`Grant it the verb '${access.verb}' on rollouts`)
    expect(answer.body.detail).not.toContain('checkout in prod had')
    expect(asked.at(-1)).toEqual(access)
    expect(await release.place.remote.tip('deploy')).toBe(before)
  })
})

describe('Who asks', () => {
  it.each(['/v1/rollouts', ROLLOUT, '/events', '/v1/rollouts/tick'])(
    'has to say so at %s',
    async (path) => {
      const { app } = await worldInMemory()
      const answer = await app.request(path)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    },
  )

  it('is in the log, with what was asked for and no token', async () => {
    const entries: unknown[] = []
    const { alice } = await worldInMemory({ props: { log: (entry) => void entries.push(entry) } })
    await alice.call('POST', `${ROLLOUT}/abort`, { body: { reason: 'secret reasons' } })
    expect(entries).toEqual([
      {
        level: 'info',
        message: 'POST /v1/rollouts/{namespace}/{name}/abort 200',
        fields: expect.objectContaining({
          subject: 'alice',
          environment: 'prod',
          namespace: 'shop',
          app: 'checkout',
          action: 'abort',
          commit: expect.stringMatching(/^[0-9a-f]{40}$/),
          repositoryCalls: expect.any(Number),
        }),
      },
    ])
    expect(JSON.stringify(entries)).not.toMatch(/token-of|secret reasons/)
  })
})
