import {
  RateLimitedError,
  RemoteRefusedError,
  RemoteUnreachableError,
} from './git-remote-errors.ts'
import { type ExchangeProps, exchange, type HttpAnswer } from './http-exchange.ts'
import { retryAfterMs } from './retry-after.ts'

export interface GitHubAnswer {
  readonly status: number
  readonly body: unknown
}

/**
 * One request to the API of GitHub. Answers that say nothing about the request itself are errors;
 * all others are for the caller to judge.
 *
 * @throws {RateLimitedError}
 * @throws {RemoteUnreachableError}
 */
export async function reach(
  props: ExchangeProps,
  url: string,
  init: RequestInit,
): Promise<GitHubAnswer> {
  const headers = { ...HEADERS, ...init.headers }
  const answer = await exchange(props, url, url, { ...init, headers })
  const { status } = answer
  const text = new TextDecoder().decode(answer.bytes)
  const words = `${status} ${messageOf(text)}`.trim()
  const body = parse(text)
  if (isRateLimit(answer, body)) {
    throw new RateLimitedError(url, words, retryAfterMs(answer.headers))
  }
  if (status >= 500 || body === undefined) throw new RemoteUnreachableError(url, words)
  return { status, body }
}

/** GitHub refuses requests without a name, and wants the version of its API named. */
const HEADERS = {
  Accept: 'application/vnd.github+json',
  'Content-Type': 'application/json',
  'User-Agent': 'lockstep',
  'X-GitHub-Api-Version': '2022-11-28',
}

/** What a REST call that was understood and not done means. */
export function githubFailure(
  location: string,
  { status, body }: GitHubAnswer,
  remedy: string,
): RemoteRefusedError {
  const words = `${status} ${messageOf(JSON.stringify(body))}`.trim()
  if ([401, 403, 404].includes(status)) {
    return new RemoteRefusedError(location, 'authentication', words, { remedy })
  }
  return new RemoteRefusedError(location, 'rejected', words, {
    remedy: status === 409 ? EMPTY_REPOSITORY : undefined,
  })
}

/** "Git Repository is empty" is all that 409 means where commits are made. */
const EMPTY_REPOSITORY =
  'Make the first commit of the repository, as with "Add a README": the API of GitHub cannot'

/**
 * The primary limit leaves nothing; a secondary one says when to come back, or only in words. GraphQL
 * says it with status 200 too. See "Rate limits for the REST API" and "Rate limits and query limits
 * for the GraphQL API" on docs.github.com.
 */
function isRateLimit({ status, headers }: HttpAnswer, body: unknown): boolean {
  if (status === 429) return true
  const { message, errors } = (body ?? {}) as { message?: unknown; errors?: unknown }
  if (status === 200) return typesOf(errors).includes('RATE_LIMITED')
  if (status !== 403) return false
  return retryAfterMs(headers) !== undefined || /rate limit/i.test(String(message))
}

const typesOf = (errors: unknown): readonly unknown[] =>
  Array.isArray(errors) ? errors.map((error: { type?: unknown } | null) => error?.type) : []

function messageOf(text: string): string {
  const { message } = (parse(text) ?? {}) as { message?: unknown }
  return typeof message === 'string' ? message : ''
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
