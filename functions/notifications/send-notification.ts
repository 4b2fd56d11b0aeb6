import pRetry, { AbortError } from 'p-retry'
import type { Clock } from '../../leases/clock.ts'
import { oneLine } from '../../rollouts/one-line.ts'
import type { NotificationRequest } from './notification-request.ts'
import type { NotificationResult } from './notifier.ts'

export interface SendNotificationProps {
  readonly fetch: typeof fetch
  readonly clock: Pick<Clock, 'wallMs' | 'sleep'>
  /** How long all of it may take, in milliseconds. */
  readonly limitMs: number
  /** How long one attempt may take, in milliseconds. */
  readonly attemptMs: number
  /** Made anew for each attempt, whose time it may have in it. */
  readonly request: (nowMs: number) => Promise<NotificationRequest>
  readonly isDone: (status: number, body: string) => boolean
}

export type Sent = Omit<NotificationResult, 'target'>

const RETRIES = 4
const FIRST_PAUSE_MS = 250
const MOST_BODY_BYTES = 4096
const RETRYABLE = [408, 425, 429]

/** An answer after which it is worth to try again. */
class AgainError extends Error {
  override readonly name = 'AgainError'
  readonly status: number
  readonly retryAfterMs: number

  constructor({ status, headers }: Response) {
    super(`it answered ${status}`)
    this.status = status
    this.retryAfterMs = Number(headers.get('retry-after') ?? 0) * 1000 || 0
  }
}

/** Sends it, some times if need be, and says what became of it. Never throws. */
export async function sendNotification(props: SendNotificationProps): Promise<Sent> {
  const signal = AbortSignal.timeout(props.limitMs)
  let attempts = 0
  let status: number | undefined
  try {
    return await pRetry(
      async () => {
        attempts += 1
        status = undefined
        const sent = await attempt(props, signal)
        return { ...sent, attempts }
      },
      {
        retries: RETRIES,
        minTimeout: FIRST_PAUSE_MS,
        randomize: true,
        signal,
        async onFailedAttempt({ error, retriesLeft }) {
          if (!(error instanceof AgainError)) return
          status = error.status
          if (retriesLeft > 0) await props.clock.sleep(error.retryAfterMs, signal)
        },
      },
    )
  } catch (error) {
    return { outcome: 'failed', status, attempts, detail: whyFailed(error, signal, props.limitMs) }
  }
}

/** Redirects are not followed: whoever answers must not choose where it goes. */
async function attempt(
  { fetch, clock, attemptMs, request, isDone }: SendNotificationProps,
  signal: AbortSignal,
): Promise<Omit<Sent, 'attempts'>> {
  const { url, headers, body } = await request(clock.wallMs()).catch((error: Error) => {
    throw new AbortError(error)
  })
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(attemptMs)]),
  })
  const { status } = response
  const text = await beginningOf(response)
  if (response.ok || isDone(status, text)) {
    return { outcome: 'delivered', status, detail: `it answered ${status}` }
  }
  if (status >= 500 || RETRYABLE.includes(status)) throw new AgainError(response)
  return { outcome: 'refused', status, detail: `it answered ${status}: ${oneLine(text)}` }
}

async function beginningOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MOST_BODY_BYTES) break
  }
  return text
}

function whyFailed(error: unknown, signal: AbortSignal, limitMs: number): string {
  if (error instanceof AgainError) return error.message
  if (signal.aborted) return `it did not take it within ${limitMs} ms`
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return cause instanceof Error
    ? `${oneLine(message)}: ${oneLine(cause.message)}`
    : oneLine(message)
}
