import type { Finding } from '../checks/finding.ts'
import type { Rendering } from '../manifests/rendering.ts'

/** What one run of the app definitions gave. */
export interface Synthesis {
  readonly renderings: readonly Rendering[]
  /** Everything that was found wrong, errors among it or not. */
  readonly findings: readonly Finding[]
}

/**
 * Environment variable by which a caller in another process asks for the synthesis as data instead
 * of as a folder: `App.synth()` appends it to that file, a line of JSON for each app. Two copies of
 * this package can so work together without ever meeting in one process.
 */
export const REPORT_VARIABLE = 'LOCKSTEP_REPORT'
