import { pause } from './pause.ts'

/** Time between two connections, where the functions do not hold one for longer. */
const AGAIN_MS = 3_000

/**
 * Hears that something has happened, and what may have been missed before. Nothing depends on it: whoever
 * may not listen looks a little later.
 */
export class RolloutEvents implements Disposable {
  readonly #open: (signal: AbortSignal) => Promise<Response>
  readonly #ending = new AbortController()
  #heard = new AbortController()

  /** @param open connects to a stream of server-sent events */
  constructor(open: (signal: AbortSignal) => Promise<Response>) {
    this.#open = open
    void this.#listen()
  }

  /** Resolves after that time, or with an event that nobody has waited for yet. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    await pause(ms, AbortSignal.any([signal, this.#heard.signal]))
    if (this.#heard.signal.aborted) this.#heard = new AbortController()
  }

  [Symbol.dispose](): void {
    this.#ending.abort()
  }

  async #listen(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      const isWelcome = await this.#hear().catch(() => true)
      if (!isWelcome) return
      await pause(AGAIN_MS, signal)
    }
  }

  /** @returns whether there is any use in coming again */
  async #hear(): Promise<boolean> {
    const { ok, status, body } = await this.#open(this.#ending.signal)
    if (!ok || body === null) return status >= 500
    let rest = ''
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (lines.some((line) => /^event: ?(rollouts|reset)\r?$/.test(line))) this.#heard.abort()
    }
    return true
  }
}
