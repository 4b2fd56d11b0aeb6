import type { CommitAnswer } from '../functions/rollouts/commit-answer.ts'
import type { LookedAnswer } from '../functions/rollouts/look-answer.ts'
import type { ReadAnswer } from '../functions/rollouts/read-answers.ts'
import type { RolloutsAnswer } from '../functions/rollouts/rollout-answer.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type { RolloutRequest } from '../rollouts/acts.ts'
import type { ApprovalGate } from '../rollouts/record.ts'
import { meantRollout, type NamedRollout } from './find-rollout.ts'
import {
  OtherVersionError,
  RefusedByServerError,
  refusal,
  ServerUnreachableError,
} from './rollout-api-errors.ts'

export interface RolloutApiProps {
  /** Address, without a slash at its end. */
  readonly server: string
  /** May be left out where the functions serve one alone. */
  readonly environment: string | undefined
  /** Whose is looked at. @default - nobody is said to ask, which this machine alone lets in */
  readonly token: string | undefined
  readonly signal: AbortSignal
}

/** What of `GET /v1/rollouts/NAMESPACE/NAME` is needed to ask for something. */
interface KnownRollout {
  readonly former: readonly string[]
  readonly rollout?: { readonly awaiting?: ApprovalGate }
}

type Query = Readonly<Record<string, string | undefined>>

/** The functions that show rollouts and do what people ask of them. */
export class RolloutApi {
  readonly #props: RolloutApiProps
  readonly #host: string

  constructor(props: RolloutApiProps) {
    this.#props = props
    this.#host = new URL(props.server).host
  }

  /**
   * The app that a name means, in full.
   *
   * @throws {NoSuchRolloutError} {SeveralRolloutsError}
   * @throws {RefusedByServerError} {ServerUnreachableError} {OtherVersionError}
   */
  async find(name: string): Promise<{ readonly app: string; readonly environment?: string }> {
    const { environment } = this.#props
    // Whoever may act on one app need not be allowed to see all.
    if (name.includes('/')) return { app: name, ...(environment !== undefined && { environment }) }
    const listed = await this.list()
    const all = listed.flatMap(({ environment, rollouts }) =>
      rollouts.map(
        ({ namespace, name }): NamedRollout => ({ environment, app: `${namespace}/${name}` }),
      ),
    )
    const environments = listed.map(({ environment }) => environment)
    return meantRollout(name, environments, all)
  }

  /**
   * The rollouts of the environment, or of each that there is.
   *
   * @throws {RefusedByServerError} {ServerUnreachableError} {OtherVersionError}
   */
  async list(): Promise<readonly RolloutsAnswer[]> {
    const { environment } = this.#props
    try {
      return [await this.#listOf(environment)]
    } catch (error) {
      if (!(error instanceof RefusedByServerError) || error.choices.length === 0) throw error
      const listed: RolloutsAnswer[] = []
      for (const choice of error.choices) listed.push(await this.#listOf(choice))
      return listed
    }
  }

  /** The rollouts of an app, and what the functions see of it now. */
  async look(app: string, environment: string | undefined): Promise<LookedAnswer> {
    const query = { environment, look: 'true', history: '0' }
    const { look, history: _, ...shown } = await this.#show(app, query)
    if (look === undefined) throw new OtherVersionError(this.#host, 'look')
    return { ...shown, look }
  }

  /** The rollouts of an app, and as many of the commits that have changed them. */
  async log(
    app: string,
    environment: string | undefined,
    limit: number,
  ): Promise<{ readonly environment: string; readonly history: readonly CommitAnswer[] }> {
    return this.#show(app, { environment, history: String(limit) })
  }

  /** What has to be known of an app before something is asked. */
  known(app: string, environment: string | undefined): Promise<KnownRollout> {
    return this.#get(`/v1/rollouts/${app}`, { environment, history: '0' })
  }

  /** @throws {RefusedByServerError} {ServerUnreachableError} */
  ask(
    app: string,
    environment: string | undefined,
    action: RolloutRequest['action'],
    body: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly environment: string; readonly commit?: string }> {
    return this.#call('POST', `/v1/rollouts/${app}/${action}`, { environment }, body)
  }

  /** Commits of an app's namespace as they happen, for as long as the functions hold the connection. */
  events(app: string, environment: string | undefined, signal: AbortSignal): Promise<Response> {
    const [namespace = ''] = app.split('/')
    return this.#send('GET', '/events', { environment, namespace }, { signal })
  }

  async #listOf(environment: string | undefined): Promise<RolloutsAnswer> {
    const answer = await this.#get('/v1/rollouts', { environment })
    const { readRollouts } = await import('../functions/rollouts/read-answers.ts')
    return this.#readable(readRollouts(answer))
  }

  async #show(app: string, query: Query) {
    const answer = await this.#get(`/v1/rollouts/${app}`, query)
    const { readShown } = await import('../functions/rollouts/read-answers.ts')
    return this.#readable(readShown(answer))
  }

  #get<Answer>(path: string, query: Query): Promise<Answer> {
    return this.#call('GET', path, query)
  }

  async #call<Answer>(method: string, path: string, query: Query, body?: unknown): Promise<Answer> {
    const response = await this.#send(method, path, query, { body })
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok && isRecord(answer)) return answer as Answer
    throw refusal(this.#host, response.status, answer)
  }

  /** @throws {OtherVersionError} */
  #readable<Answer>(read: ReadAnswer<Answer>): Answer {
    if ('answer' in read) return read.answer
    throw new OtherVersionError(this.#host, read.unreadable)
  }

  /** @throws {ServerUnreachableError} */
  async #send(
    method: string,
    path: string,
    query: Query,
    {
      body,
      signal = this.#props.signal,
    }: { readonly body?: unknown; readonly signal?: AbortSignal } = {},
  ): Promise<Response> {
    const { server, token } = this.#props
    const url = new URL(`${server}${path}`)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
    return fetch(url, {
      method,
      signal,
      // A redirect would be shown the token, and is nothing that the functions do.
      redirect: 'manual',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw new ServerUnreachableError(`${url.host} does not answer`, { cause: error })
    })
  }
}
