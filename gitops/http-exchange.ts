import { RemoteUnreachableError } from './git-remote-errors.ts'

export interface ExchangeProps {
  /** @default the platform's own */
  readonly fetch?: typeof fetch | undefined
  /**
   * Longest wait for a whole answer, in milliseconds.
   *
   * @default 60_000
   */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/**
 * One request and its whole answer, whatever its status.
 *
 * @param location where it goes, for people
 * @throws {RemoteUnreachableError} if no whole answer came
 * @throws the reason of `signal`, if that is why
 */
export async function exchange(
  { fetch: send = fetch, timeoutMs = 60_000, signal }: ExchangeProps,
  location: string,
  url: string,
  init: RequestInit,
): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await send(url, {
      ...init,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    })
    const { status, headers } = response
    return { status, headers, bytes: new Uint8Array(await response.arrayBuffer()) }
  } catch (error) {
    signal?.throwIfAborted()
    throw new RemoteUnreachableError(location, wordsOf(error as Error), { cause: error })
  }
}

/** `fetch` says that it failed, and its cause why. */
const wordsOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? cause.message || message : message
