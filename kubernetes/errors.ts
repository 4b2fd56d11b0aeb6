export interface KubernetesErrorProps {
  readonly message: string
  /** Whether the request has been carried out, or may still be. */
  readonly outcome: 'none' | 'unknown'
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  /** How long the server asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** A call that did not do what it should. Which way it failed is the class. */
export abstract class KubernetesError extends Error {
  abstract readonly code: string
  readonly outcome: 'none' | 'unknown'
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor({ message, outcome, retryable, retryAfterMs, cause }: KubernetesErrorProps) {
    super(message, { cause })
    this.outcome = outcome
    this.retryable = retryable
    this.retryAfterMs = retryAfterMs
  }
}

export interface KubernetesRefusalErrorProps extends KubernetesErrorProps {
  readonly status: number
  readonly reason: string
}

/** The API server understood and said no, in a `Status` of its own. */
export class KubernetesRefusalError extends KubernetesError {
  override readonly name = 'KubernetesRefusalError'
  readonly code = 'KUBERNETES_REFUSED'
  /** Of HTTP: 403 forbidden, 404 not found, 409 conflict, 422 invalid, 429 throttled. */
  readonly status: number
  /** In a word of the API, which tells apart what has one status: `Conflict`, `AlreadyExists`. */
  readonly reason: string

  constructor(props: KubernetesRefusalErrorProps) {
    super(props)
    this.status = props.status
    this.reason = props.reason
  }
}

export interface KubernetesAnswerErrorProps extends KubernetesErrorProps {
  readonly status: number
}

/** Something answered, but not as an API server does: a page of a proxy, half an object, too much. */
export class KubernetesAnswerError extends KubernetesError {
  override readonly name = 'KubernetesAnswerError'
  readonly code = 'KUBERNETES_ANSWER'
  /** Of HTTP. */
  readonly status: number

  constructor(props: KubernetesAnswerErrorProps) {
    super(props)
    this.status = props.status
  }
}

/** No answer, or none in time. */
export class KubernetesUnreachableError extends KubernetesError {
  override readonly name = 'KubernetesUnreachableError'
  readonly code = 'KUBERNETES_UNREACHABLE'
}
