import { setTimeout as sleep } from 'node:timers/promises'
import { askProxy } from './ask-proxy.ts'

const EVERY_MS = 20

/** Requests that go on and on, one every 20 ms, and what came of them. */
export class SteadyTraffic implements AsyncDisposable {
  /** By what answered: the body of a success, else the status. */
  readonly counts = new Map<string, number>()
  readonly #controller = new AbortController()
  readonly #pending = new Set<Promise<void>>()
  readonly #sending: Promise<void>

  constructor(port: number, host: string) {
    this.#sending = this.#send(port, host)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort()
    await this.#sending
    await Promise.all(this.#pending)
  }

  async #send(port: number, host: string): Promise<void> {
    while (!this.#controller.signal.aborted) {
      const asked = askProxy(port, host).then(
        ({ status, body }) => this.#count(status === 200 ? body : String(status)),
        (error: Error) => this.#count(error.message),
      )
      this.#pending.add(asked)
      void asked.then(() => this.#pending.delete(asked))
      await sleep(EVERY_MS)
    }
  }

  #count(answer: string): void {
    this.counts.set(answer, (this.counts.get(answer) ?? 0) + 1)
  }
}
