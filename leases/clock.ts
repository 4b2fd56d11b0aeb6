/** Time as a lock needs it. Tests and simulations bring their own. */
export interface Clock {
  /** Milliseconds since some fixed moment. Setting the time does not change it. */
  monotonicMs(): number
  /** Milliseconds since 1970, as far as this machine knows. */
  wallMs(): number
  /** @throws the reason of the signal, once that aborts */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** A moment on both clocks of one machine. */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

export const momentOf = (clock: Clock): Moment => ({
  monotonicMs: clock.monotonicMs(),
  wallMs: clock.wallMs(),
})

/**
 * How much time may have passed since a moment, for whoever must stop in time: the larger of what
 * both clocks say. A machine that was suspended can have a monotonic clock that stood still.
 */
export const elapsedAtMostMs = (clock: Clock, since: Moment): number =>
  Math.max(clock.monotonicMs() - since.monotonicMs, clock.wallMs() - since.wallMs)

/** The clocks of this machine. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep(ms, signal) {
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      const wake = () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const abort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      // Timers take 2^31 - 1 ms at most, and fire at once beyond it.
      const timer = setTimeout(wake, Math.min(Math.max(ms, 0), 2 ** 31 - 1))
      signal?.addEventListener('abort', abort, { once: true })
    })
  },
}
