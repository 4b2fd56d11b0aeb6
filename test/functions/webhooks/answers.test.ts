import { describe, expect, it } from 'vitest'
import { type GateAnswer, SinkUnavailableError } from '../../../functions/webhooks/webhook-sink.ts'
import { keptLog } from '../locks/function-caller.ts'
import { RecordingSink } from './recording-sink.ts'
import { functionOf, send } from './webhook-caller.ts'
import { FIXTURE_NAMES, fixture, type WebhookFixture } from './webhook-fixture.ts'

/** What a sink does with what it is told. */
const BEHAVIOURS = {
  'is well': async () => {},
  'is away': async () => {
    throw new SinkUnavailableError('Git does not answer')
  },
  'has a mistake': async () => {
    throw new TypeError('undefined is not a function')
  },
  'never comes back': () => new Promise<never>(() => {}),
}

type Behaviour = keyof typeof BEHAVIOURS

async function answerTo(sent: WebhookFixture, behaviour: Behaviour, state?: GateAnswer['state']) {
  const sink = new RecordingSink()
  sink.before = BEHAVIOURS[behaviour]
  sink.answer = { state: state ?? 'approved', reason: `because of ${state}`, step: 2 }
  const limits = behaviour === 'never comes back' ? { requestMs: 20 } : {}
  return send(functionOf({ sink, limits }), sent)
}

const flagger = (hook: string): WebhookFixture => ({
  ...fixture('flagger-confirm-promotion'),
  path: `/webhooks/flagger/${hook}`,
})

describe('Whoever tells something', () => {
  it.each(
    FIXTURE_NAMES.filter(
      (name) => !/^(flagger|argo-rollouts)|ping|tag$|untagged|pipeline/.test(name),
    ),
  )('is told by a status of 500 and more to come again: %s', async (name) => {
    const statuses = []
    for (const behaviour of Object.keys(BEHAVIOURS) as Behaviour[]) {
      statuses.push((await answerTo(fixture(name), behaviour)).status)
    }
    expect(statuses).toEqual([202, 503, 500, 504])
  })

  it('is told when to come again', async () => {
    const { json, headers } = await answerTo(fixture('alertmanager-firing'), 'is away')
    expect(json).toMatchObject({ code: 'SINK_UNAVAILABLE', retryable: true, outcome: 'unknown' })
    expect(headers.get('retry-after')).toBe('5')
  })

  it('is told by 200 that nothing of it matters', async () => {
    const { status, json } = await answerTo(fixture('github-ping'), 'has a mistake')
    expect([status, json]).toEqual([
      200,
      { taken: 0, known: 0, ignored: 'the event ping changes nothing here' },
    ])
  })
})

const STATES: readonly GateAnswer['state'][] = ['approved', 'pending', 'refused']

/** Flagger takes 200, 201 and 202 for yes and all else, 204 too, for no. */
const YES_AT: Readonly<Record<string, readonly number[]>> = {
  'confirm-rollout': [200, 403, 403],
  'pre-rollout': [200, 403, 403],
  rollout: [200, 403, 403],
  'confirm-traffic-increase': [200, 403, 403],
  'confirm-promotion': [200, 403, 403],
  rollback: [403, 403, 200],
  'post-rollout': [200, 200, 200],
  event: [200, 200, 200],
}

describe('Flagger', () => {
  it.each(Object.entries(YES_AT))(
    'is answered at %s, if that is approved, pending, refused: %j',
    async (hook, expected) => {
      const statuses = []
      for (const state of STATES) {
        statuses.push((await answerTo(flagger(hook), 'is well', state)).status)
      }
      expect(statuses).toEqual(expected)
    },
  )

  const asking = Object.keys(YES_AT).filter((hook) => !['post-rollout', 'event'].includes(hook))

  it.each(asking)('neither goes on nor rolls back while nobody can say, at %s', async (hook) => {
    for (const behaviour of ['is away', 'has a mistake', 'never comes back'] as const) {
      const { status, text } = await answerTo(flagger(hook), behaviour)
      expect([behaviour, status]).toEqual([behaviour, 403])
      expect(text).toMatch(/^pending: It cannot be found out now: /)
    }
  })

  it('is told why, in one short line', async () => {
    const sink = new RecordingSink()
    sink.answer = { state: 'pending', reason: `waits for\napproval 1 of 2 ${'x'.repeat(500)}` }
    const { text, headers } = await send(functionOf({ sink }), flagger('confirm-rollout'))
    expect(text).toMatch(/^pending: waits for approval 1 of 2 x+…$/)
    expect(text.length).toBeLessThan(220)
    expect(headers.get('content-type')).toMatch(/^text\/plain/)
  })

  it('is told after a mistake no more than that there was one, and the log has the rest', async () => {
    const { entries, log } = keptLog()
    const sink = new RecordingSink()
    sink.before = BEHAVIOURS['has a mistake']
    const { text } = await send(functionOf({ sink, log }), flagger('confirm-rollout'))
    expect(text).not.toContain('undefined')
    expect(entries.find(({ level }) => level === 'error')?.fields).toMatchObject({
      error: 'undefined is not a function',
      stack: expect.any(String),
    })
  })

  it('can come again with news', async () => {
    expect((await answerTo(flagger('post-rollout'), 'is away')).status).toBe(503)
  })
})

describe('Argo Rollouts', () => {
  const measurement = fixture('argo-rollouts-measurement')

  it.each(STATES)('is answered 200 and %s, with why', async (state) => {
    const { status, json } = await answerTo(measurement, 'is well', state)
    expect(status).toBe(200)
    expect(json).toEqual({ state, reason: `because of ${state}`, step: 2 })
  })

  it.each(['is away', 'has a mistake', 'never comes back'] as const)(
    'is answered 200 and pending if what decides %s: it aborts after five errors',
    async (behaviour) => {
      const { status, json } = await answerTo(measurement, behaviour)
      expect([status, json.state]).toEqual([200, 'pending'])
    },
  )

  it('is told of its own mistakes', async () => {
    const { status, json } = await answerTo({ ...measurement, payload: {} }, 'is well')
    expect(status).toBe(400)
    expect(json.errors.map(({ at }: { at: string }) => at)).toEqual(['namespace', 'app'])
  })
})

describe('A registry of the project distribution', () => {
  const push = fixture('distribution-push')

  it.each([{}, { events: 'none' }, { events: [null, 7, { action: 'push' }] }])(
    'is never told that %j is wrong: it would send it for ever',
    async (payload) => {
      expect((await answerTo({ ...push, payload }, 'is well')).status).toBe(200)
    },
  )
})

describe('A body', () => {
  const push = fixture('github-push')
  const app = functionOf({ sink: new RecordingSink() })

  it.each(['{', '', 'null', '[]', '"x"', '{"ref":7}'])(
    'like %j is the sender’s mistake',
    async (body) => {
      expect((await send(app, push, { body })).status).toBe(400)
    },
  )

  it('of 1 MiB is taken, and one of a byte more is not', async () => {
    const sized = (bytes: number) => {
      const body = JSON.stringify({ ...push.payload, filler: '' })
      return body.replace('"filler":""', `"filler":"${'x'.repeat(bytes - body.length)}"`)
    }
    expect((await send(app, push, { body: sized(1024 * 1024) })).status).toBe(202)
    expect((await send(app, push, { body: sized(1024 * 1024 + 1) })).status).toBe(413)
  })

  it('that is a form is told so', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { status, json } = await send(app, push, { headers, body: 'payload=%7B%7D' })
    expect([status, json.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  })

  it('need not say that it is JSON', async () => {
    const headers = { 'content-type': 'text/plain' }
    expect((await send(app, fixture('argocd-synced'), { headers })).status).toBe(202)
  })

  it('is read by POST alone', async () => {
    const answer = await app.request('/webhooks/github')
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })
})
