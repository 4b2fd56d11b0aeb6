/**
 * How long a server asks to wait, in milliseconds; `undefined` if it does not say.
 *
 * `Retry-After` is in seconds or a date (RFC 9110); `x-ratelimit-reset` (GitHub) and
 * `RateLimit-Reset` (GitLab) are times since 1970 in seconds, and count once nothing remains. Times
 * are compared with the server's own `Date`, since the clock of a function may be wrong.
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const now = Date.parse(headers.get('Date') ?? '') || Date.now()
  const asked = headers.get('Retry-After')
  if (asked !== null)
    return atLeastZero(/^\d+$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - now)
  for (const prefix of ['x-ratelimit', 'RateLimit']) {
    const reset = headers.get(`${prefix}-Reset`)
    if (headers.get(`${prefix}-Remaining`) === '0' && reset !== null) {
      return atLeastZero(Number(reset) * 1000 - now)
    }
  }
  return undefined
}

const atLeastZero = (ms: number): number => (ms > 0 ? ms : 0)
