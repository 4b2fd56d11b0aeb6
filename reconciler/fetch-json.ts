import { MetricsError } from '../rollouts/metrics-error.ts'

export interface FetchJsonProps {
  readonly fetch: typeof fetch
  readonly url: string
  readonly init?: RequestInit
  readonly signal: AbortSignal
  /** @default 16 MiB */
  readonly maximumBytes?: number
}

export interface JsonAnswer {
  readonly status: number
  /** `undefined` if the body is no JSON. */
  readonly body: unknown
  /** Who answered, for messages: without path and credentials. */
  readonly host: string
}

/**
 * One request whose answer is JSON, of whatever status.
 *
 * @throws {MetricsError} if there is no answer, or too much of it
 */
export async function fetchJson({
  fetch,
  url,
  init,
  signal,
  maximumBytes = 16 * 1024 * 1024,
}: FetchJsonProps): Promise<JsonAnswer> {
  const { host } = new URL(url)
  try {
    // A redirect would be shown our credentials, and is nothing that a metric store does.
    const response = await fetch(url, { ...init, signal, redirect: 'manual' })
    const text = await boundedText(response, maximumBytes)
    if (text === undefined) {
      throw new MetricsError(
        `${host} answered with more than ${maximumBytes} bytes; aggregate more in the query`,
      )
    }
    return { status: response.status, body: parsed(text), host }
  } catch (error) {
    if (error instanceof MetricsError) throw error
    signal.throwIfAborted()
    throw new MetricsError(`${host} cannot be reached: ${causeOf(error)}`, { cause: error })
  }
}

/** `undefined` if there is more than that. */
async function boundedText(response: Response, maximumBytes: number): Promise<string | undefined> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.byteLength
    if (bytes > maximumBytes) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `fetch failed` says nothing; Node has the reason in the cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || error.message : error.message
}
