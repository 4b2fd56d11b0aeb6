import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OidcIssuer } from '../../../functions/identity/oidc-issuer.ts'
import { json, OidcTestIssuer } from './oidc-test-issuer.ts'

const AUDIENCE = 'https://locks.example.com'
const COOLDOWN_MS = 10_000
const MADE_UP = 100

let issuer: OidcTestIssuer
let nowMs: number
let authenticator: OidcIssuer
let made = 0

beforeAll(async () => {
  issuer = await OidcTestIssuer.start()
})
beforeEach(() => {
  issuer.recover()
  issuer.takeAsked()
  nowMs = 0
  const clock = { monotonicMs: () => nowMs, wallMs: () => Date.now() }
  authenticator = new OidcIssuer(
    {
      issuer: issuer.address,
      audience: AUDIENCE,
      prefix: 'ci:',
      requiredClaims: {},
      keysCooldownSeconds: COOLDOWN_MS / 1000,
    },
    { clock },
  )
})
afterAll(() => issuer.stop())

const tokenOf = (header: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  issuer.sign({ sub: 'job', aud: AUDIENCE }, header)

/** Who it is, or why nobody can tell. */
const answerTo = async (token: string): Promise<unknown> =>
  authenticator.authenticate(token, AbortSignal.timeout(20_000)).then(
    (identity) => identity?.name ?? 'nobody',
    (error) => error.code,
  )

/** One after the other, so that no ask is shared. */
async function answersToMadeUp(): Promise<readonly unknown[]> {
  const answers = new Set<unknown>()
  for (let time = 0; time < MADE_UP; time++) {
    answers.add(await answerTo(await tokenOf({ kid: `made-up-${made++}` })))
  }
  return [...answers]
}

const UNAVAILABLE = 'AUTHENTICATION_UNAVAILABLE'

const throttled =
  (headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(429, headers).end()

describe('an issuer that answers badly', () => {
  it.each<[string, RequestListener]>([
    ['with 429', throttled()],
    ['with what are no keys', (_, response) => json(response, { keys: 'none' })],
    ['with what is no JSON', (_, response) => void response.writeHead(200).end('<html>')],
    ['by hanging up', (request) => void request.socket.destroy()],
  ])('is asked once in a cool-down, however many keys are made up: %s', async (_, fault) => {
    const known = await tokenOf()
    expect(await answerTo(known)).toBe('ci:job')
    issuer.fail('keys', fault)
    issuer.takeAsked()
    for (const startMs of [COOLDOWN_MS, 2 * COOLDOWN_MS]) {
      for (nowMs = startMs; nowMs < startMs + COOLDOWN_MS; nowMs += COOLDOWN_MS - 1) {
        expect(await answersToMadeUp()).toEqual([UNAVAILABLE])
        expect(await answerTo(known)).toBe('ci:job')
      }
      expect(issuer.takeAsked()).toEqual(['/keys'])
    }
  })

  it('is left alone as well by those who have no keys yet', async () => {
    issuer.fail('discovery', throttled())
    expect(await answersToMadeUp()).toEqual([UNAVAILABLE])
    expect(await answerTo(await tokenOf())).toBe(UNAVAILABLE)
    expect(issuer.takeAsked()).toEqual(['/.well-known/openid-configuration'])
    issuer.recover()
    nowMs = COOLDOWN_MS
    expect(await answerTo(await tokenOf())).toBe('ci:job')
  })

  it('has its new keys found once it is healthy and the cool-down over, and none refused before', async () => {
    expect(await answerTo(await tokenOf())).toBe('ci:job')
    nowMs = COOLDOWN_MS
    issuer.fail('keys', throttled())
    expect(await answersToMadeUp()).toEqual([UNAVAILABLE])
    issuer.recover()
    await issuer.rotate()
    const token = await tokenOf()
    nowMs = 2 * COOLDOWN_MS - 1
    expect(await answerTo(token)).toBe(UNAVAILABLE)
    nowMs = 2 * COOLDOWN_MS
    expect(await answerTo(token)).toBe('ci:job')
  })

  it.each([
    ['3', COOLDOWN_MS],
    ['30', 30_000],
    ['86400', 60_000],
  ])(
    'is left alone for its Retry-After of %s s if that is longer, up to a minute',
    async (wanted, restMs) => {
      issuer.fail('discovery', throttled({ 'retry-after': wanted }))
      const token = await tokenOf()
      expect(await answerTo(token)).toBe(UNAVAILABLE)
      issuer.recover()
      nowMs = restMs - 1
      expect(await answerTo(token)).toBe(UNAVAILABLE)
      nowMs = restMs
      expect(await answerTo(token)).toBe('ci:job')
    },
  )
})
