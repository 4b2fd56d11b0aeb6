import type { Identity } from '../identity/identity.ts'
import type { LogFields } from './log-sink.ts'

/** What middleware leaves with a request for those that come after it. */
export interface FunctionEnv {
  Variables: {
    /** Finds the request in the logs: the caller's own, if it sent one. */
    requestId: string
    /** Whoever asks; on the paths that need to know. */
    identity: Identity
    /** What its line in the log says beyond the usual. */
    logged: LogFields
    /** Whether a write has been sent for it that may have been carried out. */
    mayHaveWritten: () => boolean
  }
}
