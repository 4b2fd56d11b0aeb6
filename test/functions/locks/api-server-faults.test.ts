import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { KubernetesClient } from '../../../kubernetes/kubernetes-client.ts'
import { type KubernetesTransport, NotSentError } from '../../../kubernetes/transport.ts'
import { KubernetesLeaseStore } from '../../../leases/kubernetes-lease-store.ts'
import { type Canned, refusal } from '../../kubernetes/canned-answers.ts'
import { FunctionCaller, functionOf } from './function-caller.ts'

const hold = (): string => `/v1/locks/shop/ledger/holds/${randomUUID()}`

/** An API server with one Lease, and with something to say to those that write it. */
class CannedServer implements KubernetesTransport {
  readonly #toReads: Canned | Error | undefined
  readonly #toWrites: Canned | Error

  constructor(toWrites: Canned | Error, toReads?: Canned | Error) {
    this.#toWrites = toWrites
    this.#toReads = toReads
  }

  open: KubernetesTransport['open'] = async ({ method }) => {
    const lease = { metadata: { name: 'ledger', uid: 'u', resourceVersion: '7' } }
    const free: Canned = { status: 200, body: lease }
    const answer = method === 'GET' ? (this.#toReads ?? free) : this.#toWrites
    if (answer instanceof Error) throw answer
    const { status, body, headers = {} } = answer
    const isText = typeof body === 'string'
    return {
      status,
      headers: new Headers({
        date: new Date().toUTCString(),
        'content-type': isText ? 'text/html' : 'application/json',
        ...headers,
      }),
      body: (async function* () {
        yield new TextEncoder().encode(isText ? body : JSON.stringify(body))
      })(),
    }
  }
}

const CALM = { 'retry-after': '7' }

describe('An API server that', () => {
  const put = (toWrites: Canned | Error, toReads?: Canned | Error) => {
    const client = new KubernetesClient({ transport: new CannedServer(toWrites, toReads) })
    const store = new KubernetesLeaseStore({ client, clusterId: 'test' })
    return new FunctionCaller([functionOf({ store })], 'alice').call('PUT', hold(), { body: {} })
  }
  const away = { status: 503, body: refusal(503, 'ServiceUnavailable', 'away'), headers: CALM }
  const throttled = { status: 429, body: refusal(429, 'TooManyRequests', 'calm'), headers: CALM }

  it.each<[string, Canned | Error, number, string, object, string | null]>([
    ['throttles', throttled, 429, 'STORE_THROTTLED', { outcome: 'none', retryable: true }, '7'],
    ['is away', away, 503, 'STORE_UNAVAILABLE', { outcome: 'unknown', retryable: true }, '7'],
    [
      'fails inside',
      { status: 500, body: refusal(500, 'InternalError', 'etcd') },
      504,
      'OUTCOME_UNKNOWN',
      { outcome: 'unknown', retryable: true },
      '1',
    ],
    [
      'is a proxy with a page of HTML',
      { status: 502, body: '<html>Bad Gateway</html>' },
      502,
      'STORE_ANSWER',
      { outcome: 'unknown', retryable: true },
      '1',
    ],
    [
      'answers HTML as if it were well',
      { status: 200, body: '<html>Log in</html>' },
      502,
      'STORE_ANSWER',
      { outcome: 'unknown' },
      null,
    ],
    [
      'loses the connection',
      new Error('socket hang up'),
      504,
      'OUTCOME_UNKNOWN',
      { outcome: 'unknown', retryable: true },
      '1',
    ],
    [
      'cannot be reached',
      new NotSentError('connect ECONNREFUSED'),
      503,
      'STORE_UNAVAILABLE',
      { outcome: 'none', retryable: true },
      '1',
    ],
    [
      'does not let the function do that',
      { status: 403, body: refusal(403, 'Forbidden', 'no') },
      502,
      'STORE_REFUSED',
      { outcome: 'none', retryable: false },
      null,
    ],
  ])('%s at a write', async (_, fault, status, code, expected, retryAfter) => {
    const answer = await put(fault)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ code, ...expected })
    if (retryAfter !== null) expect(answer.headers.get('retry-after')).toBe(retryAfter)
  })

  it.each<[string, Canned | Error, number]>([
    ['throttles', throttled, 429],
    ['is away', away, 503],
    ['is a proxy with a page of HTML', { status: 502, body: '<html>' }, 502],
    ['loses the connection', new Error('socket hang up'), 503],
  ])('%s at a read has done nothing', async (_, fault, status) => {
    const answer = await put(throttled, fault)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ outcome: 'none', retryable: true })
  })

  it('has no such Lease is told the line to add', async () => {
    const { status, body } = await put(throttled, {
      status: 404,
      body: refusal(404, 'NotFound', 'leases "ledger" not found'),
    })
    expect([status, body.code, body.retryable]).toEqual([404, 'LOCK_NOT_DECLARED', false])
    expect(body.detail).toContain("Add new Lock(namespace, 'ledger'), and publish")
  })
})
