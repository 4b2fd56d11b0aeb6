/** The result of some work, unless a signal aborts before: work that does not end then is left behind. */
export function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  work.then(resolve, reject)
  return promise.finally(() => signal.removeEventListener('abort', abort))
}
