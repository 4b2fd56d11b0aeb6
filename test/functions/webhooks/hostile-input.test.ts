import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordingSink } from './recording-sink.ts'
import { functionOf, send } from './webhook-caller.ts'
import { FIXTURE_NAMES, fixture, type WebhookFixture } from './webhook-fixture.ts'

/** Whatever came, nobody was surprised by it: a problem of the function itself would be 500. */
const CALM = [200, 202, 400, 403, 404]

interface Sent {
  readonly status: number
  readonly sink: RecordingSink
}

async function sendBody(
  sent: WebhookFixture,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<Sent> {
  const sink = new RecordingSink()
  const { status } = await send(functionOf({ sink }), sent, { body })
  return { status, sink }
}

const anyFixture = fc.constantFrom(...FIXTURE_NAMES).map(fixture)
const textOf = ({ payload }: WebhookFixture): string => JSON.stringify(payload)

/** With what has a meaning to JavaScript that it has not to JSON. */
const hostile = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1e308, '', '\0', '__proto__', 'constructor', [], {}),
  fc.string({ unit: 'binary' }),
  fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text)),
  fc.constant(JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}')),
)

/** All places in a value, from its root. */
function placesIn(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]))]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  const copy = structuredClone(value) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

describe('A sender that is let in and sends', () => {
  it('a part of it is calmly refused', () =>
    fc.assert(
      fc.asyncProperty(
        anyFixture,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (sent, share) => {
          const text = textOf(sent)
          const { status } = await sendBody(sent, text.slice(0, Math.floor(text.length * share)))
          expect([...CALM, 401]).toContain(status)
        },
      ),
    ))

  it('it twice in one body is calmly refused', () =>
    fc.assert(
      fc.asyncProperty(anyFixture, async (sent) => {
        const { status } = await sendBody(sent, `${textOf(sent)}${textOf(sent)}`)
        expect([200, 400]).toContain(status)
      }),
    ))

  it('anything in any place is calmly taken or refused', () =>
    fc.assert(
      fc.asyncProperty(anyFixture, fc.nat(), hostile, async (sent, pick, value) => {
        const places = placesIn(sent.payload)
        const place = places[pick % places.length]!
        const { status, sink } = await sendBody(
          sent,
          JSON.stringify(replaced(sent.payload, place, value)),
        )
        expect([...CALM, 401]).toContain(status)
        expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
        for (const told of sink.told) expect(told).not.toHaveProperty('isAdmin')
      }),
      { numRuns: 500 },
    ))

  it('bytes that are no text is calmly refused', () =>
    fc.assert(
      fc.asyncProperty(anyFixture, fc.uint8Array({ maxLength: 2000 }), async (sent, bytes) => {
        const { status } = await sendBody(sent, Uint8Array.from(bytes))
        expect([...CALM, 401]).toContain(status)
      }),
    ))

  const LENIENT = ['distribution-push']
  const READ = FIXTURE_NAMES.filter(
    (name) => !LENIENT.includes(name) && !/ping|pipeline/.test(name),
  )

  it.each(READ)('what is nested deeply is refused: %s', async (name) => {
    for (const deep of ['['.repeat(500_000), `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`]) {
      expect((await sendBody(fixture(name), deep)).status).toBe(400)
    }
  })

  it('all that is needed, and something deep beside it, is taken up to a depth of 64', async () => {
    const statusAt = async (depth: number) => {
      const { payload } = fixture('flux-reconciled')
      // The body is a level of its own.
      const deep = `${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}`
      const body = JSON.stringify({ ...payload, deep: 'DEEP' }).replace('"DEEP"', deep)
      return (await sendBody(fixture('flux-reconciled'), body)).status
    }
    expect(await statusAt(64)).toBe(202)
    expect(await statusAt(65)).toBe(400)
    expect(await statusAt(400_000)).toBe(400)
  })

  it('brackets within a text is taken: they nest nothing', async () => {
    const { payload, ...rest } = fixture('flux-reconciled')
    const message = `${'['.repeat(200)} \\" ${'{'.repeat(200)} \\`
    const { status } = await sendBody(
      rest as WebhookFixture,
      JSON.stringify({ ...payload, message }),
    )
    expect(status).toBe(202)
  })

  it.each(FIXTURE_NAMES)('10 MB is refused: %s', async (name) => {
    const filler = 'x'.repeat(10_000_000)
    const { status, sink } = await sendBody(
      fixture(name),
      JSON.stringify({ ...fixture(name).payload, filler }),
    )
    expect([status, sink.told]).toEqual([413, []])
  })

  it('keys of prototypes as labels and metadata changes nothing but those', async () => {
    const { payload, ...rest } = fixture('alertmanager-firing')
    const [alert] = payload.alerts as Record<string, object>[]
    const labels = JSON.stringify({ ...alert!.labels, marker: 1 }).replace(
      '"marker":1',
      '"__proto__":"x","constructor":"y","toString":"z"',
    )
    const body = JSON.stringify({ ...payload, alerts: [{ ...alert, labels: 'LABELS' }] })
    const { status, sink } = await sendBody(
      rest as WebhookFixture,
      body.replace('"LABELS"', labels),
    )
    expect(status).toBe(202)
    const [told] = sink.alerts
    expect(Object.getPrototypeOf(told!.labels)).toBe(Object.prototype)
    expect(told).toMatchObject({ app: 'checkout', track: 'canary' })
  })
})

it('whoever is not let in can send anything, at any path, and gets no further', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...FIXTURE_NAMES).map(fixture),
      fc.dictionary(
        fc.constantFrom(
          'authorization',
          'x-signature',
          'x-hub-signature-256',
          'x-gitlab-token',
          'webhook-id',
          'webhook-timestamp',
          'webhook-signature',
        ),
        fc.string({ unit: fc.constantFrom(...'abc012=,. v1sha256BearerBasic') }),
      ),
      fc.webPath(),
      async ({ kind, path = `/webhooks/${kind}` }, headers, end) => {
        const sink = new RecordingSink()
        const init = { method: 'POST', headers, body: '{"metadata":{"token":""}}' }
        const answer = await functionOf({ sink }).request(`${path}${end}`, init)
        expect([401, 404]).toContain(answer.status)
        expect(sink.told).toEqual([])
      },
    ),
    { numRuns: 300 },
  ))
