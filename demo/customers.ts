import { Agent, request } from 'node:http'
import { pause } from '../cli/pause.ts'

/** What customers have met with so far. */
export interface Experience {
  readonly requests: number
  /** Those that did not work out. */
  readonly failed: number
}

const PER_SECOND = 200
const EVERY_MS = 20

/** Customers of the shop, who go on paying whatever happens to it. */
export class Customers implements Disposable {
  readonly #agent = new Agent({ keepAlive: true })
  readonly #url: string
  #requests = 0
  #failed = 0

  /** @param url where they find the shop */
  constructor(url: string) {
    this.#url = url
  }

  get experience(): Experience {
    return { requests: this.#requests, failed: this.#failed }
  }

  /** Runs until it is told to end. */
  async shop(signal: AbortSignal): Promise<void> {
    let beganMs = performance.now()
    let due = 0
    while (!signal.aborted) {
      const nowMs = performance.now()
      due += ((nowMs - beganMs) * PER_SECOND) / 1000
      beganMs = nowMs
      for (; due >= 1; due -= 1) this.#pay()
      await pause(EVERY_MS, signal)
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  #pay(): void {
    const amount = 100 + Math.floor(900 * Math.random())
    this.#requests += 1
    const asked = request(`${this.#url}/pay/${amount}`, { agent: this.#agent }, (response) => {
      if (response.statusCode !== 200) this.#failed += 1
      response.resume()
    })
    asked.on('error', () => {
      this.#failed += 1
    })
    asked.end()
  }
}
