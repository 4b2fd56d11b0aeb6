import { excerpt, isRecord, type KubernetesAnswer } from './answer.ts'
import { KubernetesAnswerError, type KubernetesError, KubernetesRefusalError } from './errors.ts'

/** What to do about it, where that is not in the API server's own words. */
const REMEDIES: Readonly<Record<number, string>> = {
  401: '. Check that the token is one for this cluster and has not expired',
  403: '. Grant it by RBAC, or see which policy refuses it',
  429: '. Call less often, or give the caller a FlowSchema of its own',
}

/**
 * The error for an answer that is no success.
 *
 * @param call `PUT /api/v1/…`
 * @param isRead whether the request would not have changed anything
 */
export function refusalOf(
  call: string,
  isRead: boolean,
  answer: KubernetesAnswer,
): KubernetesError {
  const { status, headers } = answer
  const failure = {
    status,
    // What is refused for its own sake is not carried out, whoever refused it. What fails on the
    // other side, when its store does for example, may have been (locking L12).
    outcome: isRead || (status >= 300 && status < 500) ? 'none' : 'unknown',
    retryable: status === 429 || status >= 500,
    retryAfterMs: retryAfterOf(headers),
  } as const
  const said = statusOf(answer)
  if (said === undefined) {
    const { body } = answer
    const text = excerpt(typeof body === 'string' ? body : JSON.stringify(body))
    const message =
      `${call} was answered ${status}, not by an API server: ${text}. ` +
      'Check the address, and what is between here and there'
    return new KubernetesAnswerError({ ...failure, message })
  }
  const { reason, message } = said
  const head = [status, reason].join(' ').trim()
  return new KubernetesRefusalError({
    ...failure,
    reason,
    message: `${call} was refused (${head}): ${message}${REMEDIES[status] ?? ''}`,
  })
}

interface Status {
  /** Empty for what the API server has no word for. */
  readonly reason: string
  readonly message: string
}

function statusOf({ status, body }: KubernetesAnswer): Status | undefined {
  if (isRecord(body) && body.kind === 'Status') {
    const { reason = '', message = '' } = body
    return { reason: String(reason), message: String(message) }
  }
  // An API server without flow control throttles in plain text (its `tooManyRequests`).
  if (status !== 429) return undefined
  return { reason: 'TooManyRequests', message: typeof body === 'string' ? body.trim() : '' }
}

/** In seconds, or as a date: then by the same clock as the answer's own. */
function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const wait = Date.parse(value) - Date.parse(headers.get('date') ?? '')
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0)
}
