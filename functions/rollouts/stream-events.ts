import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { FunctionEnv } from '../http/function-env.ts'
import { invalidRequest } from '../http/invalid-request.ts'
import { ProblemError } from '../http/problem-error.ts'
import { authorizeRollouts } from './authorize-rollouts.ts'
import { commitsSince } from './branch-events.ts'
import { commitAnswer } from './commit-answer.ts'
import { targetOf } from './named-target.ts'
import type { RolloutFunctionContext } from './rollout-call.ts'
import { ROLLOUT_PROBLEMS } from './rollout-problem-types.ts'
import { environmentQuery, namespaceSchema } from './rollout-schemas.ts'
import type { RolloutTarget } from './rollout-target.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

const QUERY = environmentQuery.extend({
  namespace: namespaceSchema.optional().meta({ description: 'Only those of this one' }),
})

const COMMIT_ID = /^[0-9a-f]{40,64}$/

/**
 * `GET /events`: server-sent events (WHATWG HTML, section 9.2). Each `rollouts` is a commit, and its id
 * is the commit's: whoever comes again with the last one it got, misses nothing. `reset` says that it
 * may have missed something all the same, and has to read anew what it wants to know.
 */
export function addStreamEvents(
  app: OpenAPIHono<FunctionEnv>,
  context: RolloutFunctionContext,
): void {
  const listeners = { count: 0 }
  app.get('/events', async (c) => {
    const query = QUERY.safeParse(c.req.query())
    if (!query.success) throw invalidRequest('query', query.error)
    const { environment, namespace } = query.data
    const target = targetOf(context.targets, environment)
    Object.assign(c.var.logged, { environment: target.environment })
    const place = { environment: target.environment, namespace: namespace ?? '*', name: '*' }
    const access = { resource: 'rollouts', verb: 'list', ...place } as const
    await authorizeRollouts(context, c.var.identity, access, c.req.raw.signal)
    if (listeners.count >= context.streams.listeners) throw tooMany(context)
    return stream(c, { context, target, namespace, listeners })
  })
  documentEvents(app)
}

interface Listening {
  readonly context: RolloutFunctionContext
  readonly target: RolloutTarget
  readonly namespace: string | undefined
  readonly listeners: { count: number }
}

function stream(c: Context<FunctionEnv>, listening: Listening): Response {
  const { context, listeners } = listening
  const { streams, stopping } = context
  const gone = new AbortController()
  const signals = [gone.signal, c.req.raw.signal, ...(stopping === undefined ? [] : [stopping])]
  const over = AbortSignal.any(signals)
  const lastHeard = c.req.header('last-event-id')
  const heard = lastHeard !== undefined && COMMIT_ID.test(lastHeard) ? lastHeard : undefined
  listeners.count += 1
  return streamSSE(
    c,
    async (sse) => {
      sse.onAbort(() => gone.abort(GONE))
      const end = () => sse.abort()
      over.addEventListener('abort', end, { once: true })
      try {
        const reconnect = streams.holdMs > 0 ? '' : ', as this platform holds no connections'
        await sse.write(`retry: ${streams.comeAgainMs}\n: come again after it ends${reconnect}\n\n`)
        await tell(sse, listening, { heard, signal: over }).catch((error: unknown) => {
          if (!over.aborted) throw error
        })
      } finally {
        over.removeEventListener('abort', end)
        listeners.count -= 1
      }
    },
    // Said as an event `error`; whoever listens comes again.
    async () => {},
  )
}

/** Tells what is new, until the time of the connection is over. */
async function tell(
  sse: SSEStreamingApi,
  { context: { clock, streams }, target, namespace }: Listening,
  { heard: last, signal }: { readonly heard: string | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const isMeant = (app: string): boolean =>
    namespace === undefined || app.startsWith(`${namespace}/`)
  const watch = target.watch()
  const untilMs = clock.monotonicMs() + streams.holdMs
  let heard = last
  let isFirst = true
  let seen: string | undefined
  for (;;) {
    const leftMs = Math.max(untilMs - clock.monotonicMs(), 0)
    const waitMs = isFirst ? 0 : Math.min(leftMs, streams.heartbeatMs)
    const tip = await watch.changed(seen, waitMs, signal)
    if (tip !== undefined && tip !== seen) {
      heard = await tellCommits(sse, { target, tip, heard, signal, nowMs: clock.wallMs() }, isMeant)
      seen = tip
    } else if (!isFirst) await sse.write(': alive\n\n')
    isFirst = false
    if (signal.aborted || clock.monotonicMs() >= untilMs) return
  }
}

interface NewTip {
  readonly target: RolloutTarget
  readonly tip: string
  readonly heard: string | undefined
  readonly signal: AbortSignal
  readonly nowMs: number
}

/** @returns what the listener has heard of then */
async function tellCommits(
  sse: SSEStreamingApi,
  { target, tip, heard, signal, nowMs }: NewTip,
  isMeant: (app: string) => boolean,
): Promise<string | undefined> {
  const { environment, branch } = target
  const { remote, close } = await target.open(signal)
  try {
    // A connection has no commit that it has not fetched.
    const newest = (await remote.tip(branch)) ?? tip
    const since = await commitsSince({ remote, environment, tip: newest, heard, nowMs })
    if (since.hasGap) {
      const id = since.heard === undefined ? {} : { id: since.heard }
      await sse.writeSSE({ event: 'reset', data: JSON.stringify({ environment, tip }), ...id })
    }
    for (const logged of since.commits) {
      const commit = commitAnswer(logged, isMeant)
      const data = JSON.stringify({ environment, ...commit })
      await sse.writeSSE({ event: 'rollouts', data, id: logged.id })
    }
    return since.heard
  } finally {
    await close()
  }
}

const GONE = new Error('The listener has gone')

const tooMany = ({ streams }: RolloutFunctionContext): ProblemError =>
  new ProblemError({
    type: ROLLOUT_PROBLEMS.tooManyListeners,
    detail: `${streams.listeners} listen here already. Come again later, or ask another instance`,
    retryable: true,
    retryAfterMs: 10_000,
  })

/** One event, as those see it who listen. */
const eventSchema = z
  .object({
    event: z.enum(['rollouts', 'reset', 'error']),
    id: z.string().optional().meta({ description: 'A commit' }),
    data: z.string().meta({ contentMediaType: 'application/json' }),
    retry: z.int().optional(),
  })
  .openapi('RolloutEvent')

/** What is streamed is checked by nobody, so this is no route of its own. */
function documentEvents(app: OpenAPIHono<FunctionEnv>): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/events',
    operationId: 'streamEvents',
    summary: 'Commits that change rollouts, as they happen',
    security: SECURITY,
    request: {
      query: QUERY,
      headers: z.object({
        'last-event-id': z
          .string()
          .optional()
          .meta({ description: 'Id of the last event that came: what has happened since is told' }),
      }),
    },
    responses: {
      200: {
        description:
          'Events rollouts, whose data are a RolloutCommit with its environment; and reset, after which all has to be read anew',
        content: { 'text/event-stream': { schema: eventSchema } },
      },
      ...COMMON_PROBLEMS,
    },
  })
}
