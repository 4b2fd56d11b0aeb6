import { expect, it } from 'vitest'
import { SinkUnavailableError } from '../../../functions/webhooks/webhook-sink.ts'
import { ShiftedClock } from '../locks/function-caller.ts'
import { RecordingSink } from './recording-sink.ts'
import { functionOf, SECRET, send, senderOf } from './webhook-caller.ts'
import { FIXTURE_NAMES, fixture } from './webhook-fixture.ts'

const TELLERS = FIXTURE_NAMES.filter((name) => !/^(flagger|argo-rollouts)/.test(name))

it.each(TELLERS)('what comes twice is passed on once: %s', async (name) => {
  const sink = new RecordingSink()
  const app = functionOf({ sink })
  const first = await send(app, fixture(name))
  const told = sink.told.length
  const second = await send(app, fixture(name))
  expect(second.status).toBe(200)
  expect(second.json).toMatchObject({ taken: 0, known: first.json.taken })
  expect(sink.told).toHaveLength(told)
})

it('another instance does not know, so the sink is told at least once and not at most', async () => {
  const sink = new RecordingSink()
  await send(functionOf({ sink }), fixture('github-push'))
  await send(functionOf({ sink }), fixture('github-push'))
  expect(sink.looks).toHaveLength(2)
})

it('what was not taken is not known', async () => {
  const sink = new RecordingSink()
  const app = functionOf({ sink })
  sink.before = async () => {
    throw new SinkUnavailableError('Git does not answer')
  }
  expect((await send(app, fixture('github-push'))).status).toBe(503)
  sink.before = async () => {}
  expect((await send(app, fixture('github-push'))).status).toBe(202)
  expect(sink.looks).toHaveLength(1)
})

it('of two alerts the one that was not taken comes again', async () => {
  const sink = new RecordingSink()
  const app = functionOf({ sink })
  let isFirst = true
  sink.before = async () => {
    if (!isFirst) return
    isFirst = false
    throw new SinkUnavailableError('Git does not answer')
  }
  expect((await send(app, fixture('alertmanager-firing'))).status).toBe(503)
  const { json } = await send(app, fixture('alertmanager-firing'))
  expect(json).toEqual({ taken: 1, known: 1 })
  expect(sink.alerts.map(({ app }) => app).sort()).toEqual(['cart', 'checkout'])
})

it('an alert that fires still comes through when Alertmanager repeats it', async () => {
  const sink = new RecordingSink()
  const shifted = new ShiftedClock()
  const app = functionOf({ sink, clock: shifted.clock })
  await send(app, fixture('alertmanager-firing'))
  shifted.offsetMs = 10 * 60 * 1000
  await send(app, fixture('alertmanager-firing'))
  expect(sink.alerts).toHaveLength(4)
})

it('an alert that fires anew is another one, and so is its end', async () => {
  const { payload, ...rest } = fixture('alertmanager-firing')
  const [alert] = payload.alerts as Record<string, unknown>[]
  const sink = new RecordingSink()
  const app = functionOf({ sink })
  for (const change of [{}, { status: 'resolved' }, { startsAt: '2026-08-22T11:00:00Z' }]) {
    await send(app, { ...rest, payload: { ...payload, alerts: [{ ...alert, ...change }] } })
  }
  expect(sink.alerts).toHaveLength(3)
})

it('the same id of two senders is not the same delivery', async () => {
  const other = `${SECRET}-of-another`
  const sink = new RecordingSink()
  const senders = [
    senderOf('github', { environment: 'prod' }),
    senderOf('github', { secrets: [other], environment: 'staging' }),
  ]
  const app = functionOf({ sink, senders })
  await send(app, fixture('github-push'))
  await send(app, fixture('github-push'), { secret: other })
  expect(sink.looks.map(({ environment }) => environment)).toEqual(['prod', 'staging'])
})

it('no more is remembered than 10,000 of them', async () => {
  const { payload, ...rest } = fixture('alertmanager-firing')
  const [alert] = payload.alerts as object[]
  const sink = new RecordingSink()
  const app = functionOf({ sink, limits: { bodyBytes: 16_000_000 } })
  const sendAlerts = async (fingerprints: readonly number[]) => {
    const alerts = fingerprints.map((each) => ({ ...alert, fingerprint: `${each}` }))
    return (await send(app, { ...rest, payload: { ...payload, alerts } })).json
  }
  await sendAlerts(Array.from({ length: 10_001 }, (_, index) => index))
  expect(await sendAlerts([0, 10_000])).toEqual({ taken: 1, known: 1 })
})

it('a question is asked each time', async () => {
  const sink = new RecordingSink()
  const app = functionOf({ sink })
  for (const name of ['flagger-confirm-promotion', 'argo-rollouts-measurement']) {
    await send(app, fixture(name))
    await send(app, fixture(name))
  }
  expect(sink.questions).toHaveLength(4)
})
