import { randomBytes, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const RENEW_EVERY_MS = 20
const HOLDS = 8
const LONG_MS = 300_000

/** Instances of `lockstep serve` on one file, with the keys that it has when they start. */
class Instances {
  readonly #folder = temporaryFolder()
  readonly #running: BundleProcess[] = []
  readonly #addresses: string[] = []
  #asked = 0

  keys(...keys: readonly string[]): void {
    writeFileSync(join(this.#folder, 'keys'), keys.join('\n'))
  }

  /** Starts an instance anew: it finishes what is under way, and the other one answers meanwhile. */
  async restart(index: number): Promise<void> {
    const before = this.#running[index]
    before?.signal('SIGTERM')
    await before?.ended
    const args = ['serve', '--store', 'locks.db', '--listen', '127.0.0.1:0', '--drain', '0']
    const instance = new BundleProcess({
      program: process.execPath,
      args: [MAIN, ...args, '--handle-keys', 'keys'],
      env: { NO_COLOR: '1' },
      cwd: this.#folder,
    })
    this.#running[index] = instance
    onTestFinished(() => instance.kill())
    this.#addresses[index] = await instance.untilSaid(/"address":"([^"]+)"/)
  }

  /**
   * Asks one instance after the other, and another one if that is just being started or cannot write
   * now: many write one file.
   */
  async ask(method: string, path: string, init: RequestInit): Promise<Answer> {
    for (;;) {
      try {
        const address = this.#addresses[this.#asked++ % this.#addresses.length]
        const response = await fetch(`${address}${path}`, { ...init, method })
        const { status } = response
        const body = (await response.json()) as AnswerBody
        if (status !== 503 || !body.retryable) return { status, body }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
      }
      await sleep(RENEW_EVERY_MS)
    }
  }
}

interface Answer {
  readonly status: number
  readonly body: AnswerBody
}

interface AnswerBody {
  readonly code?: string
  readonly retryable?: boolean
  readonly handle: string
  readonly token: string
}

/** A hold that is renewed all the time. */
class Renewed {
  readonly #instances: Instances
  readonly #path = `/v1/locks/shop/ledger-${randomUUID()}/holds/${randomUUID()}`
  readonly tokens = new Set<string>()
  readonly refused: unknown[] = []
  renewals = 0
  first = ''
  #isOver = false

  constructor(instances: Instances) {
    this.#instances = instances
  }

  async acquire(): Promise<number> {
    const body = JSON.stringify({ ttlSeconds: 600 })
    const headers = { 'content-type': 'application/json' }
    const answer = await this.#instances.ask('PUT', this.#path, { body, headers })
    this.tokens.add(answer.body.token)
    this.first = answer.body.handle
    return answer.status
  }

  renewWith(handle: string): Promise<Answer> {
    const headers = { 'lock-token': handle }
    return this.#instances.ask('POST', `${this.#path}/renew`, { headers })
  }

  async goOn(): Promise<void> {
    let handle = this.first
    while (!this.#isOver) {
      const { status, body } = await this.renewWith(handle)
      if (status === 200) {
        handle = body.handle
        this.tokens.add(body.token)
        this.renewals += 1
      } else this.refused.push([status, body.code])
      await sleep(RENEW_EVERY_MS)
    }
  }

  stop(): void {
    this.#isOver = true
  }
}

it(
  'loses no hold while its handle keys are replaced, and none before its time if one goes too soon',
  async () => {
    const [old, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
    const instances = new Instances()
    instances.keys(old)
    await Promise.all([instances.restart(0), instances.restart(1)])
    const holds = Array.from({ length: HOLDS }, () => new Renewed(instances))
    for (const hold of holds) expect(await hold.acquire()).toBe(201)
    const sealedByOld = new Renewed(instances)
    expect(await sealedByOld.acquire()).toBe(201)
    const renewing = holds.map((hold) => hold.goOn())

    for (const keys of [[old, next], [next, old], [next]]) {
      instances.keys(...keys)
      for (const index of [0, 1]) {
        if (keys.length > 1)
          expect((await sealedByOld.renewWith(sealedByOld.first)).status).toBe(200)
        await instances.restart(index)
        const before = holds.map(({ renewals }) => renewals)
        const since = async () => holds.map(({ renewals }, at) => renewals - (before[at] ?? 0))
        await eventually('all are renewed', since, (counts) => counts.every((count) => count > 2))
      }
    }
    for (const hold of holds) hold.stop()
    await Promise.all(renewing)
    expect(holds.flatMap(({ refused }) => refused)).toEqual([])
    expect(holds.map(({ tokens }) => tokens.size)).toEqual(holds.map(() => 1))

    const { status, body } = await sealedByOld.renewWith(sealedByOld.first)
    expect([status, body.code]).toEqual([412, 'STALE_HANDLE'])
    expect(await sealedByOld.acquire()).toBe(200)
    expect(sealedByOld.tokens.size).toBe(1)
    expect((await sealedByOld.renewWith(sealedByOld.first)).status).toBe(200)
  },
  LONG_MS,
)
