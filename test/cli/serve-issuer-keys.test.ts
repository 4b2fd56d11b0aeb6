import { randomBytes } from 'node:crypto'
import type { RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { json, OidcTestIssuer } from '../functions/identity/oidc-test-issuer.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const AUDIENCE = 'https://locks.example.com'
const CALLERS = 200
const ROTATIONS = 5
/** How long the issuer takes for an answer, at least. */
const ANSWERED_AFTER_MS = 50
const LONG_MS = 180_000

const DISCOVERY = '/.well-known/openid-configuration'
const KEYS = '/keys'

/** What settings of an issuer say of its keys. */
interface KeysTiming {
  readonly keysMaxAgeSeconds: number
  readonly keysCooldownSeconds: number
}

interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly retryable: boolean | undefined
}

/** `lockstep serve`, and the issuer whose tokens it takes. */
class Serving {
  readonly issuer: OidcTestIssuer
  readonly #address: string

  private constructor(issuer: OidcTestIssuer, address: string) {
    this.issuer = issuer
    this.#address = address
  }

  static async start(timing: KeysTiming): Promise<Serving> {
    const issuer = await OidcTestIssuer.start()
    onTestFinished(() => issuer.stop())
    const settings = {
      issuer: issuer.address,
      audience: AUDIENCE,
      prefix: 'ci:',
      requiredClaims: {},
      ...timing,
    }
    const server = new BundleProcess({
      program: process.execPath,
      args: [MAIN, 'serve', '--store', 'locks.db', '--listen', '127.0.0.1:0'],
      env: {
        NO_COLOR: '1',
        LOCKSTEP_OIDC_ISSUERS: JSON.stringify({ issuers: [settings] }),
        LOCKSTEP_POLICY: 'rules: [{ names: ["ci:job"], verbs: [read], locks: [shop/*] }]',
        LOCKSTEP_HANDLE_KEYS: randomBytes(32).toString('base64'),
      },
      cwd: temporaryFolder(),
    })
    onTestFinished(() => server.kill())
    return new Serving(issuer, await server.untilSaid(/"address":"([^"]+)"/))
  }

  /** By the key that the issuer signs with now. */
  token(header: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return this.issuer.sign({ sub: 'job', aud: AUDIENCE }, header)
  }

  async ask(token: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${this.#address}/v1/locks/shop/ledger`, { headers })
    const { code, retryable } = (await response.json()) as Partial<Answer>
    return { status: response.status, code, retryable }
  }

  /** All callers at once, with these tokens in turn. */
  askAll(...tokens: readonly string[]): Promise<readonly Answer[]> {
    return Promise.all(
      Array.from({ length: CALLERS }, (_, index) => this.ask(tokens[index % tokens.length]!)),
    )
  }

  /** Has the issuer take its time, as one does that is far away. */
  slowDown(): void {
    this.issuer.fail(
      'discovery',
      slowly((response) => json(response, this.issuer.discovery)),
    )
    this.issuer.fail(
      'keys',
      slowly((response) => json(response, this.issuer.publicKeys)),
    )
  }
}

const slowly =
  (answer: (response: ServerResponse) => void): RequestListener =>
  (_, response) =>
    void sleep(ANSWERED_AFTER_MS).then(() => answer(response))

const statusesOf = (answers: readonly Answer[]): readonly number[] => [
  ...new Set(answers.map(({ status }) => status)),
]

/** Callers of whom each asks again as soon as it is answered. */
class Callers {
  readonly refused: Answer[] = []
  readonly #rounds = new Array<number>(CALLERS).fill(0)
  readonly #serving: Serving
  readonly #isOver = new AbortController()
  readonly #asking: Promise<unknown>
  /** What they show in turn, from their next request on. */
  tokens: readonly string[]

  constructor(serving: Serving, tokens: readonly string[]) {
    this.#serving = serving
    this.tokens = tokens
    this.#asking = Promise.all(this.#rounds.map((_, index) => this.#keepAsking(index)))
  }

  /** Until each has asked so often from now on that all it shows now was answered. */
  async asked(): Promise<void> {
    const before = [...this.#rounds]
    const wanted = this.tokens.length + 1
    await eventually(
      'all have asked with all of it',
      async () => this.#rounds.every((round, index) => round >= before[index]! + wanted),
      (isSo) => isSo,
      90,
    )
  }

  async stop(): Promise<void> {
    this.#isOver.abort()
    await this.#asking
  }

  async #keepAsking(index: number): Promise<void> {
    while (!this.#isOver.signal.aborted) {
      const { tokens } = this
      const answer = await this.#serving.ask(
        tokens[(index + this.#rounds[index]!) % tokens.length]!,
      )
      if (answer.status !== 200) this.refused.push(answer)
      this.#rounds[index]! += 1
    }
  }
}

it('lockstep serve asks an issuer once for its keys, for all who come at the same time', async () => {
  const serving = await Serving.start({ keysMaxAgeSeconds: 3600, keysCooldownSeconds: 10 })
  serving.slowDown()
  const answers = await serving.askAll(await serving.token())
  expect(statusesOf(answers)).toEqual([200])
  expect(serving.issuer.takeAsked()).toEqual([DISCOVERY, KEYS])
})

it(
  'lockstep serve refuses no token while keys rotate, and those by a withdrawn key in time',
  async () => {
    const timing = { keysMaxAgeSeconds: 2, keysCooldownSeconds: 0.2 }
    const serving = await Serving.start(timing)
    const { issuer } = serving
    serving.slowDown()
    const startedMs = performance.now()
    let current = await serving.token()
    const callers = new Callers(serving, [current])
    for (let rotation = 0; rotation < ROTATIONS; rotation++) {
      await issuer.announce()
      // As docs/identity.md says: one that is used sooner may be refused.
      await sleep(timing.keysCooldownSeconds * 1000 + 50)
      const before = current
      issuer.turn()
      current = await serving.token()
      callers.tokens = [before, current]
      await callers.asked()
      callers.tokens = [current]
      await callers.asked()
      issuer.withdraw()
      await eventually(
        'a token by the withdrawn key is refused',
        () => serving.ask(before),
        ({ status }) => status === 401,
      )
    }
    await callers.stop()
    expect(callers.refused).toEqual([])
    const elapsedMs = performance.now() - startedMs
    const asked = issuer.takeAsked()
    const timesOf = (path: string) => asked.filter((each) => each === path).length
    const timesOld = Math.ceil(elapsedMs / (timing.keysMaxAgeSeconds * 1000)) + 1
    expect(timesOf(DISCOVERY)).toBeLessThanOrEqual(timesOld)
    // For a key that is not known: what is under way when it comes, and once more. Twice, as it is withdrawn, too.
    expect(timesOf(KEYS)).toBeLessThanOrEqual(timesOld + 4 * ROTATIONS)
  },
  LONG_MS,
)

it('lockstep serve finds a key that was published while others had it ask', async () => {
  const serving = await Serving.start({ keysMaxAgeSeconds: 3600, keysCooldownSeconds: 0 })
  const { issuer } = serving
  expect(await serving.ask(await serving.token())).toMatchObject({ status: 200 })
  const held: ServerResponse[] = []
  issuer.fail('keys', (_, response) => void held.push(response))
  const asking = serving.ask(await serving.token({ kid: 'made-up' }))
  await eventually(
    'the issuer is asked',
    async () => held.length,
    (count) => count > 0,
  )
  const before = issuer.publicKeys
  issuer.recover()
  await issuer.announce()
  issuer.turn()
  const coming = serving.askAll(await serving.token())
  // For most of them to come before the answer does; whenever they do, none may be refused.
  await sleep(500)
  for (const response of held) json(response, before)
  expect(await asking).toMatchObject({ status: 401 })
  expect(statusesOf(await coming)).toEqual([200])
})

it('lockstep serve says that it cannot tell while an issuer with new keys is down, and asks one question at a time', async () => {
  const serving = await Serving.start({ keysMaxAgeSeconds: 3600, keysCooldownSeconds: 0 })
  const { issuer } = serving
  const before = await serving.token()
  expect(statusesOf(await serving.askAll(before))).toEqual([200])
  await issuer.announce()
  issuer.turn()
  const token = await serving.token()
  for (const what of ['discovery', 'keys'] as const) {
    issuer.fail(
      what,
      slowly((response) => response.writeHead(503).end()),
    )
  }
  issuer.takeAsked()
  const startedMs = performance.now()
  const answers = await serving.askAll(token, before)
  const elapsedMs = performance.now() - startedMs
  expect(answers.filter((_, index) => index % 2 === 1).map(({ status }) => status)).toEqual(
    Array(CALLERS / 2).fill(200),
  )
  for (const answer of answers.filter((_, index) => index % 2 === 0)) {
    expect(answer).toEqual({ status: 503, code: 'AUTHENTICATION_UNAVAILABLE', retryable: true })
  }
  // Timers are no more exact than that.
  const leastMs = ANSWERED_AFTER_MS - 2
  expect(issuer.takeAsked().length).toBeLessThanOrEqual(elapsedMs / leastMs + 1)
  issuer.recover()
  expect(statusesOf(await serving.askAll(token, before))).toEqual([200])
})
