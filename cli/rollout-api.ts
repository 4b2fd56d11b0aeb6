import { isRecord } from '../manifests/kubernetes-object.ts'
import type { RolloutRequest } from '../rollouts/acts.ts'
import type { ApprovalGate } from '../rollouts/record.ts'
import { meantRollout } from './find-rollout.ts'

export interface RolloutApiProps {
  /** Address, without a slash at its end. */
  readonly server: string
  /** May be left out where the functions serve one alone. */
  readonly environment: string | undefined
  /** Whose is looked at. @default - nobody is said to ask, which this machine alone lets in */
  readonly token: string | undefined
  readonly signal: AbortSignal
}

/** The functions understood, and said no. */
export class RefusedByServerError extends Error {
  override readonly name = 'RefusedByServerError'
  readonly code = 'REFUSED_BY_SERVER'
}

/** The functions did not answer, or something else did. */
export class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError'
  readonly code = 'SERVER_UNREACHABLE'
  readonly remedy = 'Leave --server out to act on the branch, with your own rights on it'
}

/** What of `GET /v1/rollouts/NAMESPACE/NAME` is needed here. */
interface ShownRollout {
  readonly former: readonly string[]
  readonly rollout?: { readonly awaiting?: ApprovalGate }
}

/** The functions that show rollouts and do what people ask of them. */
export class RolloutApi {
  readonly #props: RolloutApiProps

  constructor(props: RolloutApiProps) {
    this.#props = props
  }

  /**
   * The app that a name means, in full.
   *
   * @throws {NoSuchRolloutError} {SeveralRolloutsError}
   * @throws {RefusedByServerError} {ServerUnreachableError}
   */
  async find(name: string): Promise<string> {
    // Whoever may act on one app need not be allowed to see all.
    if (name.includes('/')) return name
    const { environment, rollouts } = await this.#call<{
      readonly environment: string
      readonly rollouts: readonly { readonly namespace: string; readonly name: string }[]
    }>('GET', '/v1/rollouts')
    const all = rollouts.map((one) => ({ environment, app: `${one.namespace}/${one.name}` }))
    return meantRollout(name, [environment], all).app
  }

  show(app: string): Promise<ShownRollout> {
    return this.#call('GET', `/v1/rollouts/${app}`)
  }

  /** @throws {RefusedByServerError} {ServerUnreachableError} */
  ask(
    app: string,
    action: RolloutRequest['action'],
    body: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly environment: string; readonly commit?: string }> {
    return this.#call('POST', `/v1/rollouts/${app}/${action}`, body)
  }

  async #call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const { server, environment, token, signal } = this.#props
    const url = new URL(`${server}${path}`)
    if (environment !== undefined) url.searchParams.set('environment', environment)
    const response = await fetch(url, {
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
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok && isRecord(answer)) return answer as Answer
    if (isRecord(answer) && typeof answer.detail === 'string') {
      throw new RefusedByServerError(`${url.host}: ${answer.detail}`)
    }
    throw new ServerUnreachableError(
      `${url.host} answers ${response.status}, and not as the functions do`,
    )
  }
}
