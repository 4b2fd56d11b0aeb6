/** The branch gained a commit between our read and our write. Nothing was written; read again. */
export class BranchMovedError extends Error {
  override readonly name = 'BranchMovedError'
  readonly code = 'BRANCH_MOVED'
  readonly branch: string
  readonly remedy = 'Run the command again: it reads the branch anew'

  /** @param words what the remote said, if that is more than that */
  constructor(
    branch: string,
    expected: string | undefined,
    options?: ErrorOptions & { readonly words?: string | undefined },
  ) {
    const what =
      expected === undefined
        ? `Branch '${branch}' was created by somebody else meanwhile`
        : `Branch '${branch}' is no longer at ${expected}`
    super(`${what}${quote(options?.words ?? '')}`, options)
    this.branch = branch
  }
}

/**
 * - `authentication`: the server does not know us, or we may not write.
 * - `checked-out`: the branch is checked out in a repository with a work tree.
 * - `hook`: our own `pre-push` hook, before anything was sent.
 * - `moved`: the address leads to another one.
 * - `rejected`: a hook, a protected branch, or another rule of the server.
 */
export type RefusalReason = 'authentication' | 'checked-out' | 'hook' | 'moved' | 'rejected'

/** The remote was reached, understood, and said no. Nothing was written. */
export class RemoteRefusedError extends Error {
  override readonly name = 'RemoteRefusedError'
  readonly code = 'REMOTE_REFUSED'
  readonly reason: RefusalReason
  readonly remedy: string

  /** @param words what the remote answered, for people */
  constructor(
    location: string,
    reason: RefusalReason,
    words: string,
    options?: ErrorOptions & { readonly remedy?: string | undefined },
  ) {
    super(
      reason === 'hook'
        ? `The pre-push hook of this repository refused to publish to ${location}${quote(words)}`
        : `${location} refused${quote(words)}`,
      options,
    )
    this.reason = reason
    this.remedy = options?.remedy ?? REMEDIES[reason]
  }
}

const REMEDIES: Readonly<Record<RefusalReason, string>> = {
  authentication:
    'Check that `git push` to this remote works from this shell, with the same credentials',
  'checked-out':
    'Publish to a bare repository, or run `git switch --detach` in that work tree, so that no ' +
    'branch of it changes under the person who works there',
  hook: 'Do what the hook asks for and run again',
  moved: 'Use the address that the repository has now',
  rejected:
    'Ask who runs the server, or use --branch-for-review NAME if the branch takes pull requests only',
}

/** The server asks to come back later. Nothing was written. */
export class RateLimitedError extends Error {
  override readonly name = 'RateLimitedError'
  readonly code = 'RATE_LIMITED'
  /** How long to leave the server alone, in milliseconds. */
  readonly retryAfterMs: number
  readonly remedy: string

  /** @param waitMs what the server asks for; a minute if it does not say, as GitHub wants it */
  constructor(location: string, words: string, waitMs = 60_000, options?: ErrorOptions) {
    super(`${location} has had too many requests${quote(words)}`, options)
    this.retryAfterMs = waitMs
    this.remedy = `Try again in ${Math.ceil(waitMs / 1000)} s; nothing was written`
  }
}

/** No answer came from the remote, or the connection broke. */
export class RemoteUnreachableError extends Error {
  override readonly name = 'RemoteUnreachableError'
  readonly code = 'REMOTE_UNREACHABLE'
  /** `unknown` if a commit was under way and may have arrived. */
  readonly outcome: 'none' | 'unknown'
  /** What is known of the reason. */
  readonly words: string
  readonly remedy: string

  constructor(
    location: string,
    words: string,
    options?: ErrorOptions & { readonly outcome?: 'none' | 'unknown' },
  ) {
    super(`${location} could not be reached${quote(words)}`, options)
    this.words = words
    this.outcome = options?.outcome ?? 'none'
    this.remedy =
      this.outcome === 'none'
        ? 'Check the address and the connection with `git ls-remote`; nothing was written'
        : 'The commit may have arrived. Run the command again: what has arrived is not written twice'
  }
}

const quote = (words: string): string => (words === '' ? '' : `: ${words}`)
