import { InvalidArgumentError } from 'commander'
import { type Context, Hono } from 'hono'
import { ELECTOR_PATHS } from '../leases/names.ts'
import { durationMs } from './duration-argument.ts'
import { leaderDocument } from './leader-document.ts'
import { type Leadership, NOT_LEADING } from './leadership.ts'
import { WaitingRequests } from './waiting-requests.ts'

/** What the kubelet asks of an elector. */
export interface ElectorProbes {
  /** May the containers that come after it start? */
  readonly isStarted: boolean
  readonly isAlive: boolean
  /** May its pod get requests? */
  readonly isReady: boolean
}

export interface ElectorApiProps {
  readonly leadership: Leadership
  readonly probes: () => ElectorProbes
  /** Has it look whether its pod is asked to end. */
  readonly look: () => void
  /** Ends all waiting. */
  readonly stop: AbortSignal
}

/** Proxies and clients give up later, mostly. */
const LONGEST_WAIT_MS = 5 * 60_000

/** More than an app has threads that ask; fewer than may be connected, so that others get answers. */
const MOST_WAITING = 100

/**
 * What an elector answers, on its port or its socket: the kubelet's probes, and the app that asks
 * whether its pod leads.
 *
 * `GET /leader` says 200 for yes and 503 for no. With `?wait=30s` it waits for as long until it
 * leads; with `If-None-Match` and the `ETag` of an earlier answer until that is no longer so, and
 * says 304 if it still is. It waits for less where very many wait.
 */
export function electorApi({ leadership, probes, look, stop }: ElectorApiProps): Hono {
  const waiting = new WaitingRequests(MOST_WAITING)
  return new Hono()
    .get(ELECTOR_PATHS.started, (context) => answer(context, probes().isStarted))
    .get(ELECTOR_PATHS.alive, (context) => answer(context, probes().isAlive))
    .get(ELECTOR_PATHS.ready, (context) => answer(context, probes().isReady))
    .get(ELECTOR_PATHS.ending, (context) => {
      look()
      return answer(context, true)
    })
    .get(ELECTOR_PATHS.leader, async (context) => {
      const known = knownVersion(context.req.header('if-none-match'))
      const wait = waitMs(context.req.query('wait'))
      if (wait === undefined) return context.text("Write 'wait' as 30s or 1.5m, 5m at most\n", 400)
      const since = known ?? NOT_LEADING
      if (wait > 0 && leadership.version === since) {
        const givenUp = AbortSignal.any([context.req.raw.signal, stop])
        await waiting.wait((signal) => leadership.untilChanged(since, wait, signal), givenUp)
      }
      const { state, version } = leadership
      context.header('etag', `"${version}"`)
      context.header('cache-control', 'no-store')
      if (version === known) return context.body(null, 304)
      return context.json(leaderDocument(state), state.leads ? 200 : 503)
    })
}

const answer = (context: Context, isYes: boolean): Response =>
  context.text(isYes ? 'yes\n' : 'no\n', isYes ? 200 : 503)

/** RFC 9110, section 13.1.2: one tag, weak or not. A list of them fits no state that there is. */
const knownVersion = (header: string | undefined): string | undefined =>
  /^(?:W\/)?"([^"]*)"$/.exec(header?.trim() ?? '')?.[1]

/** @returns `undefined` if it is no duration */
function waitMs(text: string | undefined): number | undefined {
  if (text === undefined) return 0
  try {
    return Math.min(durationMs(text), LONGEST_WAIT_MS)
  } catch (error) {
    if (error instanceof InvalidArgumentError) return undefined
    throw error
  }
}
