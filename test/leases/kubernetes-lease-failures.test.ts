import { describe, expect, it } from 'vitest'
import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { type KubernetesTransport, NotSentError } from '../../kubernetes/transport.ts'
import { KubernetesLeaseStore } from '../../leases/kubernetes-lease-store.ts'
import { NEVER_HELD } from '../../leases/lease-record.ts'
import { LeaseConflictError } from '../../leases/lease-store-errors.ts'
import { answered, type Canned, refusal } from '../kubernetes/canned-answers.ts'

const name = { namespace: 'shop', name: 'ledger' }
const rest = { metadata: {}, annotations: {}, spec: {} }
const seen = { name, uid: 'u', version: '7', record: NEVER_HELD, rest }
const object = { metadata: { uid: 'u', resourceVersion: '8' } }
const date = 'Sat, 21 Nov 2026 10:00:00 GMT'

const store = (canned: Canned) =>
  new KubernetesLeaseStore({ client: answered(canned), clusterId: 'c' })
const read = (canned: Canned) => store(canned).read(name)
const replace = (canned: Canned) => store(canned).replace(seen, NEVER_HELD)

describe('KubernetesLeaseStore', () => {
  it('takes the time from the API server', async () => {
    const { storeTimeMs } = await read({ status: 200, body: object, headers: { date } })
    expect(new Date(storeTimeMs).toISOString()).toBe('2026-11-21T10:00:00.000Z')
  })

  it.each([
    [{}, 'no Date header'],
    [{ date: '' }, 'the Date header ""'],
    [{ date: 'today' }, 'the Date header "today"'],
    [{ date: '1' }, 'the Date header "1"'],
    [{ date: 'Sat, 41 Nov 2026 10:00:00 GMT' }, 'the Date header "Sat, 41 Nov'],
  ])(
    'says that there is no time in %j, and that a write has happened for all that',
    async (headers, words) => {
      const canned = { status: 200, body: object, headers }
      const failure = { code: 'LEASE_STORE', outcome: 'unknown', retryable: false }
      await expect(replace(canned)).rejects.toMatchObject(failure)
      await expect(read(canned)).rejects.toThrow(words)
      await expect(read(canned)).rejects.toMatchObject({ outcome: 'none' })
    },
  )

  it('does not take for its own a Lease that was made instead of replaced', async () => {
    const canned = { status: 201, body: object, headers: { date } }
    await expect(replace(canned)).rejects.toThrow(LeaseConflictError)
  })

  it.each([
    [429, 'TooManyRequests', { replace: 'none', retryable: true }],
    [403, 'Forbidden', { replace: 'none', retryable: false }],
    [500, 'InternalError', { replace: 'unknown', retryable: true }],
  ])('tells %i with what is known of the outcome', async (status, reason, expected) => {
    const body = refusal(status, reason, 'the words of the server')
    const canned = { status, body, headers: { 'retry-after': '3' } }
    const { retryable } = expected
    const failure = { code: 'LEASE_STORE', retryable, retryAfterMs: 3_000 }
    await expect(replace(canned)).rejects.toMatchObject({ ...failure, outcome: expected.replace })
    await expect(read(canned)).rejects.toMatchObject({ ...failure, outcome: 'none' })
    await expect(read(canned)).rejects.toThrow('the words of the server')
  })

  it('tells a page of somebody else with what is known of the outcome', async () => {
    const canned = { status: 502, body: '<html>' }
    await expect(replace(canned)).rejects.toMatchObject({ outcome: 'unknown', retryable: true })
    await expect(read(canned)).rejects.toMatchObject({ outcome: 'none', retryable: true })
  })

  it.each([
    ['lost', new Error('socket hang up'), 'unknown'],
    ['never sent', new NotSentError('refused'), 'none'],
  ])('tells a write that was %s', async (_, error, outcome) => {
    const open: KubernetesTransport['open'] = () => Promise.reject(error)
    const lost = new KubernetesLeaseStore({
      client: new KubernetesClient({ transport: { open } }),
      clusterId: 'c',
    })
    const failure = { code: 'LEASE_STORE', outcome, retryable: true }
    await expect(lost.replace(seen, NEVER_HELD)).rejects.toMatchObject(failure)
  })

  it('asks for the name of the cluster again after a failure, and only then', async () => {
    const answers = [
      { status: 503, body: 'away' },
      { status: 200, body: { metadata: { uid: 'k' } } },
    ]
    let calls = 0
    const open: KubernetesTransport['open'] = async () => {
      const { status, body } = answers[Math.min(calls++, 1)]!
      return {
        status,
        headers: new Headers({ 'content-type': 'application/json' }),
        body: (async function* () {
          yield new TextEncoder().encode(JSON.stringify(body))
        })(),
      }
    }
    const asking = new KubernetesLeaseStore({
      client: new KubernetesClient({ transport: { open } }),
      epoch: 2,
    })
    await expect(asking.epoch()).rejects.toMatchObject({ code: 'LEASE_STORE', retryable: true })
    expect([await asking.epoch(), await asking.epoch(), calls]).toEqual(['k.2', 'k.2', 2])
  })
})
