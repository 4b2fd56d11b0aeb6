import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** A kind of problem: what all that happen so have in common. */
export interface ProblemType {
  /** Stays the same over versions; programs look at this. */
  readonly code: string
  readonly status: ContentfulStatusCode
  /** For people, the same for each problem of this kind. */
  readonly title: string
}

/**
 * Whether what was asked for has happened. `unknown` is the honest word for an answer that was lost;
 * the same request under the same ids finds out.
 */
export type Outcome = 'none' | 'done' | 'unknown'

export interface ProblemErrorProps {
  readonly type: ProblemType
  /** What, which one, and what to do now. */
  readonly detail: string
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  /** @default 'none' */
  readonly outcome?: Outcome
  /** When to come again, at the earliest. Goes into `Retry-After`, in whole seconds. */
  readonly retryAfterMs?: number | undefined
  /** What programs need beyond that, as members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** Why a request is not answered as its caller hoped; becomes a problem document (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: string
  readonly type: ProblemType
  readonly retryable: boolean
  readonly outcome: Outcome
  readonly retryAfterMs: number | undefined
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(props: ProblemErrorProps) {
    super(props.detail, { cause: props.cause })
    this.code = props.type.code
    this.type = props.type
    this.retryable = props.retryable
    this.outcome = props.outcome ?? 'none'
    this.retryAfterMs = props.retryAfterMs
    this.members = props.members ?? {}
    this.headers = props.headers ?? {}
  }
}
