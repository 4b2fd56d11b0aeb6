import { type FencingToken, formatToken } from './fencing-token.ts'

/** Something that a lock protects, and that refuses tokens older than one it has seen. */
export interface FencedResource {
  /**
   * Makes it know a token.
   *
   * @throws {StaleTokenError} if it has seen a later one
   */
  stamp(token: FencingToken, signal: AbortSignal): Promise<void>
}

/** A later holder has been here: whoever has this token has lost the lock, and may not know it. */
export class StaleTokenError extends Error {
  override readonly name = 'StaleTokenError'
  readonly code = 'STALE_TOKEN'

  constructor(resource: string, token: FencingToken, options?: ErrorOptions) {
    super(
      `${resource} has seen a later token than ${formatToken(token)}. The lock was lost; stop, and acquire it again`,
      options,
    )
  }
}
