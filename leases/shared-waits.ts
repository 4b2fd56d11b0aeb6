interface SharedWait {
  readonly over: Promise<void>
  readonly controller: AbortController
  waiters: number
}

/** Lets all who wait for the same thing wait once: a hundred of them cost as much as one. */
export class SharedWaits {
  readonly #waits = new Map<string, SharedWait>()

  /**
   * Waits with those who do already, or begins. When nobody waits any more, the wait is ended.
   *
   * @param key of what is waited for
   * @throws the reason of the signal, once that aborts
   * @throws what the wait throws
   */
  async join(
    key: string,
    signal: AbortSignal,
    begin: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    signal.throwIfAborted()
    const wait = this.#waits.get(key) ?? this.#begin(key, begin)
    wait.waiters += 1
    try {
      await untilAborted(wait.over, signal)
    } finally {
      wait.waiters -= 1
      if (wait.waiters === 0) this.#end(key, wait)
    }
  }

  #begin(key: string, begin: (signal: AbortSignal) => Promise<void>): SharedWait {
    const controller = new AbortController()
    const wait = { over: begin(controller.signal), controller, waiters: 0 }
    this.#waits.set(key, wait)
    // Whoever comes later waits anew.
    const forget = () => this.#forget(key, wait)
    wait.over.then(forget, forget)
    return wait
  }

  #end(key: string, wait: SharedWait): void {
    this.#forget(key, wait)
    wait.controller.abort()
  }

  #forget(key: string, wait: SharedWait): void {
    if (this.#waits.get(key) === wait) this.#waits.delete(key)
  }
}

function untilAborted(over: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  return Promise.race([over, promise]).finally(() => signal.removeEventListener('abort', abort))
}
