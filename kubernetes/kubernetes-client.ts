import {
  isRecord,
  type KubernetesAnswer,
  type KubernetesObjectAnswer,
  readAnswer,
  readLines,
  UnreadableAnswerError,
} from './answer.ts'
import { KubernetesAnswerError, KubernetesError, KubernetesUnreachableError } from './errors.ts'
import { refusalOf } from './refusal.ts'
import { TimeLimit } from './time-limit.ts'
import { type KubernetesTransport, NotSentError, type TransportAnswer } from './transport.ts'

export interface KubernetesClientProps {
  readonly transport: KubernetesTransport
  /**
   * How long to wait for an answer, in milliseconds; of a watch, for its beginning.
   *
   * @default 10_000
   */
  readonly timeoutMs?: number
  /**
   * Longest answer that is read, and longest event of a watch.
   *
   * @default 16 MiB
   */
  readonly maxAnswerBytes?: number
  /**
   * How the audit log of the cluster calls us; up to its first slash, the field manager too.
   *
   * @default 'lockstep'
   */
  readonly userAgent?: string
}

export interface KubernetesRequest {
  /** @default 'GET' */
  readonly method?: string
  /** With its query: `/api/v1/namespaces?limit=1`. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** @default 'application/json' */
  readonly contentType?: string
  readonly signal?: AbortSignal | undefined
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: Readonly<Record<string, unknown>>
}

/**
 * The Kubernetes API as we use it: requests that end in time, and errors that say whether they have
 * been carried out and whether to try again. Retries nothing by itself.
 */
export class KubernetesClient {
  readonly #transport: KubernetesTransport
  readonly #timeoutMs: number
  readonly #maxAnswerBytes: number
  readonly #userAgent: string

  constructor(props: KubernetesClientProps) {
    this.#transport = props.transport
    this.#timeoutMs = props.timeoutMs ?? 10_000
    this.#maxAnswerBytes = props.maxAnswerBytes ?? 16 * 1024 ** 2
    this.#userAgent = props.userAgent ?? 'lockstep'
  }

  /**
   * An object, or why there is none.
   *
   * @throws {KubernetesError}
   * @throws the reason of the signal, once that aborts; the outcome is unknown then
   */
  async call(request: KubernetesRequest): Promise<KubernetesObjectAnswer> {
    const answer = await this.send(request)
    const { status, body } = answer
    if (status < 200 || status > 299 || !isRecord(body)) {
      throw refusalOf(describe(request), isRead(request), answer)
    }
    return { ...answer, body }
  }

  /**
   * Any answer, refusals too.
   *
   * @throws {KubernetesUnreachableError}
   * @throws {KubernetesAnswerError} if it is too long, or JSON that is none
   * @throws the reason of the signal, once that aborts; the outcome is unknown then
   */
  async send(request: KubernetesRequest): Promise<KubernetesAnswer> {
    const limit = new TimeLimit(this.#timeoutMs, request.signal)
    let head: TransportAnswer | undefined
    try {
      head = await this.#open(request, limit)
      return await readAnswer(head, this.#maxAnswerBytes)
    } catch (error) {
      throw this.#failure(error, request, limit, head?.status)
    } finally {
      limit.end()
    }
  }

  /**
   * What happens to the objects of a watch, until the server ends it, which it does from time to
   * time.
   *
   * @param path with `watch=1` in its query
   * @throws {KubernetesError} a `KubernetesRefusalError` with status 410 if that is too long ago
   * @throws the reason of the signal, once that aborts
   */
  async *watch(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const request = { path, signal }
    const limit = new TimeLimit(this.#timeoutMs, signal)
    let head: TransportAnswer | undefined
    try {
      head = await this.#open(request, limit)
      if (head.status !== 200) {
        throw refusalOf(describe(request), true, await readAnswer(head, this.#maxAnswerBytes))
      }
      limit.lift()
      for await (const event of readLines(head.body, this.#maxAnswerBytes)) {
        yield eventOf(event, request, head)
      }
    } catch (error) {
      throw this.#failure(error, request, limit, head?.status)
    } finally {
      limit.end()
    }
  }

  #open(request: KubernetesRequest, limit: TimeLimit): Promise<TransportAnswer> {
    const { path, body, contentType = 'application/json' } = request
    return this.#transport.open({
      method: methodOf(request),
      path,
      headers: {
        accept: 'application/json',
        'user-agent': this.#userAgent,
        ...(body !== undefined && { 'content-type': contentType }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: limit.signal,
    })
  }

  #failure(error: unknown, request: KubernetesRequest, limit: TimeLimit, status = 0): unknown {
    if (error instanceof KubernetesError) return error
    if (request.signal?.aborted) return request.signal.reason
    const call = describe(request)
    const cause = { cause: error }
    const outcome = isRead(request) || error instanceof NotSentError ? 'none' : 'unknown'
    if (error instanceof UnreadableAnswerError) {
      const message = `The answer to ${call} cannot be read: ${error.message}`
      return new KubernetesAnswerError({ message, status, outcome, retryable: false, ...cause })
    }
    const reason = limit.isOver ? `there was no answer within ${limit.ms} ms` : wordsOf(error)
    const message = `${call} did not succeed: ${reason}. Check that the API server can be reached`
    return new KubernetesUnreachableError({ message, outcome, retryable: true, ...cause })
  }
}

const methodOf = ({ method = 'GET' }: KubernetesRequest): string => method

const isRead = (request: KubernetesRequest): boolean => ['GET', 'HEAD'].includes(methodOf(request))

/** Without the query, which is seldom what is wrong. */
const describe = (request: KubernetesRequest): string =>
  `${methodOf(request)} ${request.path.split('?', 1)[0]}`

function eventOf(event: unknown, request: KubernetesRequest, head: TransportAnswer): WatchEvent {
  if (!isRecord(event) || !isRecord(event.object)) {
    throw new UnreadableAnswerError('it has a line that is no event of a watch')
  }
  const { type, object } = event
  if (type === 'ERROR') {
    const { code } = object
    const status = typeof code === 'number' ? code : head.status
    throw refusalOf(describe(request), true, { status, headers: head.headers, body: object })
  }
  return { type, object } as WatchEvent
}

/** Of the innermost cause: what is around it says only that something failed. */
function wordsOf(error: unknown): string {
  let innermost = error
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause
  return innermost instanceof Error ? innermost.message : String(innermost)
}
