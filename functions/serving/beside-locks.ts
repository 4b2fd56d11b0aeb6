import type { SettingSource } from '../configuration/setting-source.ts'
import type { LogSink } from '../http/log-sink.ts'
import type { RequestMetrics } from '../http/request-metrics.ts'
import type { Authenticator } from '../identity/authenticator.ts'
import type { Authorizer } from '../identity/authorizer.ts'

/** What all that is served at one address shares. */
export interface SharedByFunctions {
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly log: LogSink
  readonly metrics: RequestMetrics
}

/** Something that is served at the same address as locks. */
export interface Beside {
  /** Whether a request to that path is for it. */
  readonly takes: (path: string) => boolean
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** Begins what it does by itself. */
  readonly start: () => void
  /**
   * Ends what it does by itself, and lets go whoever is kept waiting. May be called again.
   *
   * @param cut aborts when that takes too long
   */
  readonly stop: (cut: AbortSignal) => Promise<void>
}

/**
 * Reads what is to be served beside locks.
 *
 * @returns `undefined` if nothing is
 * @throws {ConfigurationError} with all that is wrong
 */
export type ReadBeside = (
  source: SettingSource,
) => Promise<((shared: SharedByFunctions) => Beside) | undefined>
