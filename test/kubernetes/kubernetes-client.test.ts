import { describe, expect, it } from 'vitest'
import { answered, type Canned, refusal } from './canned-answers.ts'
import { failure } from './transport-contract.ts'

const lease = '/apis/coordination.k8s.io/v1/namespaces/shop/leases/ledger'
const put = (canned: Canned) => failure(answered(canned).call({ method: 'PUT', path: lease }))
const get = (canned: Canned) => failure(answered(canned).call({ path: `${lease}?pretty=0` }))

describe('KubernetesClient', () => {
  it.each([
    [401, 'Unauthorized', { put: 'none', get: 'none', retryable: false }],
    [403, 'Forbidden', { put: 'none', get: 'none', retryable: false }],
    [404, 'NotFound', { put: 'none', get: 'none', retryable: false }],
    [409, 'Conflict', { put: 'none', get: 'none', retryable: false }],
    [422, 'Invalid', { put: 'none', get: 'none', retryable: false }],
    [429, 'TooManyRequests', { put: 'none', get: 'none', retryable: true }],
    [500, 'InternalError', { put: 'unknown', get: 'none', retryable: true }],
    [504, 'Timeout', { put: 'unknown', get: 'none', retryable: true }],
  ])(
    'tells a refusal with %i %s by status, reason and outcome',
    async (status, reason, expected) => {
      const canned = { status, body: refusal(status, reason, 'the words of the server') }
      const code = 'KUBERNETES_REFUSED'
      const { retryable } = expected
      const lost = { code, status, reason, retryable }
      expect(await put(canned)).toMatchObject({ ...lost, outcome: expected.put })
      expect(await get(canned)).toMatchObject({ ...lost, outcome: expected.get })
      expect((await get(canned)).message).toContain(
        `GET ${lease} was refused (${status} ${reason}): the words of the server`,
      )
    },
  )

  it('says what to do about a missing right', async () => {
    const body = refusal(403, 'Forbidden', 'User "jane" cannot get resource "leases"')
    expect((await get({ status: 403, body })).message).toContain('Grant it by RBAC')
  })

  it('tells AlreadyExists from Conflict, which have one status', async () => {
    const body = refusal(409, 'AlreadyExists', 'there is one')
    expect(await put({ status: 409, body })).toMatchObject({ reason: 'AlreadyExists' })
  })

  it.each([
    ['7', 7_000],
    ['Sat, 21 Nov 2026 10:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
  ])('reads Retry-After: %s by the clock of the answer', async (value, retryAfterMs) => {
    const headers = { 'retry-after': value, date: 'Sat, 21 Nov 2026 10:00:00 GMT' }
    const body = refusal(503, 'ServiceUnavailable', 'busy')
    expect((await put({ status: 503, body, headers })).retryAfterMs).toBe(retryAfterMs)
  })

  it('takes plain words of 429 for the throttling of an API server without flow control', async () => {
    const body = 'Too many requests, please try again later.\n'
    expect(await put({ status: 429, body, headers: { 'retry-after': '1' } })).toMatchObject({
      code: 'KUBERNETES_REFUSED',
      reason: 'TooManyRequests',
      outcome: 'none',
      retryAfterMs: 1_000,
    })
  })

  it.each([
    [200, 'unknown', false],
    [403, 'none', false],
    [502, 'unknown', true],
  ])('does not take a page with %i for an answer', async (status, outcome, retryable) => {
    const body = '<html><h1>Corporate proxy</h1></html>'
    const error = await put({ status, body })
    expect(error).toMatchObject({ code: 'KUBERNETES_ANSWER', status, outcome, retryable })
    expect(error.message).toContain('not by an API server: "<html><h1>Corporate proxy')
  })

  it.each([[], 7, null].map((body) => [JSON.stringify(body), body]))(
    'does not take %s for an object',
    async (_, body) => {
      expect(await put({ status: 200, body })).toMatchObject({ code: 'KUBERNETES_ANSWER' })
    },
  )

  it('does not take for JSON what only says so', async () => {
    const headers = { 'content-type': 'application/json' }
    const error = await put({ status: 200, body: '{"half":', headers })
    expect(error).toMatchObject({ code: 'KUBERNETES_ANSWER', outcome: 'unknown' })
    expect(error.message).toContain('it is no JSON: "{\\"half\\":"')
  })

  describe('watch', () => {
    const watch = (canned: Canned) =>
      failure(answered(canned).watch('/a?watch=1', AbortSignal.timeout(20_000)).next())

    it('tells a refusal', async () => {
      const body = refusal(403, 'Forbidden', 'no')
      expect(await watch({ status: 403, body })).toMatchObject({ status: 403, outcome: 'none' })
    })

    it('tells an error that comes as an event', async () => {
      const object = refusal(410, 'Expired', 'too old resource version')
      const body = `${JSON.stringify({ type: 'ERROR', object })}\n`
      expect(await watch({ status: 200, body })).toMatchObject({ status: 410, reason: 'Expired' })
    })

    it.each(['7\n', '<html>\n', '{}\n'])('does not take %j for an event', async (body) => {
      expect(await watch({ status: 200, body })).toMatchObject({ code: 'KUBERNETES_ANSWER' })
    })

    it('reads no event that is longer than it should be', async () => {
      const body = 'x'.repeat(17 * 1024 ** 2)
      expect(await watch({ status: 200, body })).toMatchObject({ code: 'KUBERNETES_ANSWER' })
    })
  })
})
