import { PROBLEMS } from '../http/problem-types.ts'
import type { Authenticator } from '../identity/authenticator.ts'
import type { Authorizer } from '../identity/authorizer.ts'
import { isLoopback } from './listen-address.ts'
import { problemResponse } from './problem-response.ts'

type Fetch = (request: Request) => Response | Promise<Response>

/** Whoever is on this machine, under one name, for servers that nobody else can reach. */
export const thisMachine: Authenticator & Authorizer = {
  authenticate: async () => ({ name: 'this-machine', groups: [], proof: 'loopback' }),
  allows: async () => true,
}

/**
 * Lets in whoever asks without a token, but no web page: a browser on this machine sends requests for
 * pages from anywhere, and a name that they own can be made to mean 127.0.0.1. Such requests say that
 * name, or where they come from; those for images and the like say only that it is elsewhere.
 */
export const forThisMachine =
  (fetch: Fetch): Fetch =>
  (request) => {
    const { hostname } = new URL(request.url)
    const origin = request.headers.get('origin')
    const isPage = origin !== null && !isLocal(URL.parse(origin)?.hostname ?? '')
    const isPartOfPage = request.headers.get('sec-fetch-site') === 'cross-site'
    if (!isLocal(hostname) || isPage || isPartOfPage) return problemResponse(FROM_ELSEWHERE)
    if (request.headers.has('authorization')) return fetch(request)
    const headers = new Headers(request.headers)
    headers.set('authorization', 'Bearer none')
    return fetch(new Request(request, { headers }))
  }

/** Of a URL: IPv6 addresses are in brackets. */
const isLocal = (hostname: string): boolean =>
  isLoopback({ host: hostname.replaceAll(/^\[|\]$/g, ''), port: 0 })

const FROM_ELSEWHERE = {
  type: PROBLEMS.forbidden,
  detail:
    'This server is for this machine alone. Ask it at 127.0.0.1, or configure who is let in from elsewhere',
  retryable: false,
}
