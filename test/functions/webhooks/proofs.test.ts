import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  type Proof,
  SENDER_PROOFS,
  type SenderKind,
} from '../../../functions/webhooks/webhook-sender.ts'
import { systemClock } from '../../../leases/clock.ts'
import { RecordingSink } from './recording-sink.ts'
import {
  functionOf,
  KINDS,
  proofHeaders,
  SECRET,
  type Sending,
  STANDARD_SECRET,
  secretFor,
  send,
  senderOf,
  standardHeaders,
} from './webhook-caller.ts'
import { FIXTURE_NAMES, fixture } from './webhook-fixture.ts'

const NEXT_SECRET = 'the-next-one-0123456789-abcdefghij'
const NEXT: Partial<Record<Proof, string>> = {
  basic: `lockstep:${NEXT_SECRET}`,
  'standard-webhooks': `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
}

const ALL: readonly (readonly [SenderKind, Proof])[] = KINDS.flatMap((kind) =>
  SENDER_PROOFS[kind].map((proof) => [kind, proof] as const),
)

const fixtureOf = (kind: SenderKind) =>
  fixture(FIXTURE_NAMES.find((name) => fixture(name).kind === kind && name !== 'gitlab-pipeline')!)

describe.each(ALL)('%s, proven by %s', (kind, proof) => {
  const secrets = [secretFor(proof), NEXT[proof] ?? NEXT_SECRET]
  const sent = async (sending: Sending) => {
    const sink = new RecordingSink()
    const app = functionOf({ sink, senders: [senderOf(kind, { proof, secrets })] })
    return { ...(await send(app, fixtureOf(kind), { proof, ...sending })), told: sink.told }
  }

  it.each(secrets)('is let in with each of two secrets', async (secret) => {
    const { status, told } = await sent({ secret })
    expect([200, 202]).toContain(status)
    expect(told.length).toBeGreaterThan(0)
  })

  const wrong = proof === 'basic' ? 'lockstep:another-one-0123456789' : 'another-one-0123456789abc'
  const wrongSecret = proof === 'standard-webhooks' ? 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA' : wrong

  it('is not let in with another secret', async () => {
    const { status, told } = await sent({ secret: wrongSecret })
    expect([status, told]).toEqual([proof === 'url' ? 404 : 401, []])
  })

  it('is not let in with a beginning of one, or more than one', async () => {
    for (const secret of [secrets[0]!.slice(0, -4), `${secrets[0]}BBBB`]) {
      const { status, told } = await sent({ secret })
      expect([status, told]).toEqual([proof === 'url' ? 404 : 401, []])
    }
  })
})

describe('Whoever is not let in', () => {
  const sink = new RecordingSink()
  const answerTo = async (path: string, headers: Record<string, string>, body = '{}') => {
    const response = await functionOf({ sink }).request(path, { method: 'POST', headers, body })
    const { requestId: _, ...problem } = (await response.json()) as Record<string, unknown>
    return { status: response.status, problem }
  }

  it('learns nothing from how it failed', async () => {
    const answers = [
      await answerTo('/webhooks/flux', {}),
      await answerTo('/webhooks/flux', { 'x-signature': 'sha256=00' }),
      await answerTo('/webhooks/flux', { 'x-signature': `sha256=${'0'.repeat(64)}` }),
      await answerTo('/webhooks/flux', { 'x-signature': 'nonsense' }),
      await answerTo('/webhooks/flux', { authorization: `Bearer ${SECRET}` }),
      await answerTo('/webhooks/flux', {}, 'no JSON'),
      await answerTo('/webhooks/github', { 'x-hub-signature-256': '' }),
      await answerTo('/webhooks/gitlab', { 'webhook-id': 'a', 'webhook-signature': 'v1,AA==' }),
      await answerTo('/webhooks/alertmanager', { authorization: 'Basic !!!' }),
      await answerTo('/webhooks/flagger/event', {}, '{"metadata":{"token":7}}'),
    ]
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject({ status: 401, problem: { code: 'UNAUTHENTICATED' } })
    expect(sink.told).toEqual([])
  })

  it('is at no path with a wrong secret in it, as with a sender that there is not', async () => {
    const none = await answerTo('/webhooks/nobody', {})
    expect(none).toMatchObject({ status: 404, problem: { code: 'NO_SUCH_ROUTE' } })
    for (const path of [
      '/webhooks/registry/docker-hub/wrong',
      '/webhooks/registry/quay/',
      '/webhooks/registry/docker-hub',
      '/webhooks/flux/wrong',
      '/webhooks/flagger/event/wrong',
      '/webhooks/flagger/nonsense',
    ]) {
      expect(await answerTo(path, {}), path).toEqual(none)
    }
  })

  it('is at no path at all where no sender of the kind is known', async () => {
    const app = functionOf({ sink, senders: [senderOf('github')] })
    const answer = await app.request('/webhooks/flux', { method: 'POST', body: '{}' })
    expect(answer.status).toBe(404)
  })

  it('is not told of as a secret by the log', async () => {
    const lines: string[] = []
    const log = (entry: unknown) => void lines.push(JSON.stringify(entry))
    const app = functionOf({ sink, log })
    await send(app, fixture('docker-hub-push'))
    await send(app, fixture('flagger-confirm-promotion'))
    await send(app, fixture('alertmanager-firing'))
    expect(lines).toHaveLength(3)
    expect(lines.join('\n')).not.toContain(SECRET)
    expect(lines[0]).toContain('/webhooks/registry/docker-hub/{secret}')
  })
})

describe('A signature', () => {
  const sink = () => new RecordingSink()

  it('is that of GitHub’s own example', async () => {
    const secret = "It's a Secret to Everybody"
    const app = functionOf({ sink: sink(), senders: [senderOf('github', { secrets: [secret] })] })
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    const headers = { 'x-hub-signature-256': signature, 'x-github-event': 'ping' }
    const known = await app.request('/webhooks/github', {
      method: 'POST',
      headers,
      body: 'Hello, World!',
    })
    expect(known.status).toBe(200)
    const other = await app.request('/webhooks/github', {
      method: 'POST',
      headers,
      body: 'Hello, World?',
    })
    expect(other.status).toBe(401)
  })

  it('is that of Standard Webhooks’ own example, in its time and five minutes around', async () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      'x-gitlab-event': 'Test Hook',
    }
    const statusAt = async (shiftMs: number) => {
      const clock = { ...systemClock, wallMs: () => 1_614_265_330_000 + shiftMs }
      const senders = [senderOf('gitlab', { secrets: [STANDARD_SECRET] })]
      const app = functionOf({ sink: sink(), senders, clock })
      const body = '{"test": 2432232314}'
      return (await app.request('/webhooks/gitlab', { method: 'POST', headers, body })).status
    }
    expect(await statusAt(0)).toBe(200)
    expect(await statusAt(300_000)).toBe(200)
    expect(await statusAt(-300_000)).toBe(200)
    expect(await statusAt(300_001)).toBe(401)
    expect(await statusAt(-300_001)).toBe(401)
  })

  it('counts beside others that do not', async () => {
    const { payload, headers: own } = fixture('gitlab-push')
    const body = JSON.stringify(payload)
    const signed = standardHeaders(STANDARD_SECRET, body)
    const signature = `v1a,AAAA v1,${'A'.repeat(43)}= ${signed['webhook-signature']}`
    const headers = { ...own, ...signed, 'webhook-signature': signature }
    const app = functionOf({ sink: sink() })
    const { status } = await app.request('/webhooks/gitlab', { method: 'POST', headers, body })
    expect(status).toBe(202)
  })

  it('does not count behind very many others, each of which would take time', async () => {
    const { payload, headers: own } = fixture('gitlab-push')
    const body = JSON.stringify(payload)
    const signed = standardHeaders(STANDARD_SECRET, body)
    const statusAfter = async (others: number) => {
      const signature = [...Array(others).fill('v1,AAAA'), signed['webhook-signature']].join(' ')
      const headers = { ...own, ...signed, 'webhook-signature': signature }
      const app = functionOf({ sink: sink() })
      return (await app.request('/webhooks/gitlab', { method: 'POST', headers, body })).status
    }
    expect(await statusAfter(15)).toBe(202)
    expect(await statusAfter(16)).toBe(401)
  })

  it.each(['not-a-number', '', '1e9', '-1', '99999999999999'])(
    'has no time like %j',
    async (timestamp) => {
      const answer = await send(functionOf({ sink: sink() }), fixture('gitlab-push'), {
        headers: { 'webhook-timestamp': timestamp },
      })
      expect(answer.status).toBe(401)
    },
  )

  it.each([
    ['sha1', 401],
    ['sha224', 401],
    ['sha256', 202],
    ['sha384', 202],
    ['sha512', 202],
    ['md5', 401],
  ])('of Flux may use %s: %d', async (hash, status) => {
    const body = JSON.stringify(fixture('flux-reconciled').payload)
    const digits = createHmac(hash, SECRET).update(body).digest('hex')
    const headers = { 'x-signature': `${hash}=${digits}` }
    const answer = await send(functionOf({ sink: sink() }), fixture('flux-reconciled'), { headers })
    expect(answer.status).toBe(status)
  })

  it('of GitHub uses the one hash that it says', async () => {
    const body = JSON.stringify(fixture('github-push').payload)
    const digits = createHmac('sha512', SECRET).update(body).digest('hex')
    const headers = { 'x-hub-signature-256': `sha512=${digits}` }
    const answer = await send(functionOf({ sink: sink() }), fixture('github-push'), { headers })
    expect(answer.status).toBe(401)
  })

  it.each(['flux-reconciled', 'github-push', 'gitlab-push'])(
    'is over the bytes as they came, and no others: %s',
    async (name) => {
      const spaced = JSON.stringify(fixture(name).payload, null, 3)
      const app = functionOf({ sink: sink() })
      expect((await send(app, fixture(name), { body: spaced })).status).toBe(202)
      const proof = SENDER_PROOFS[fixture(name).kind][0]
      const { status } = await app.request(`/webhooks/${fixture(name).kind}`, {
        method: 'POST',
        headers: {
          ...fixture(name).headers,
          ...proofHeaders(proof, secretFor(proof), spaced),
        },
        body: `${spaced} `,
      })
      expect(status).toBe(401)
    },
  )
})
