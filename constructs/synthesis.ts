import type { Finding } from '../checks/finding.ts'
import type { Rendering } from '../manifests/rendering.ts'

/** What one run of the app definitions gave. */
export interface Synthesis {
  readonly renderings: readonly Rendering[]
  /** Everything that was found wrong, errors among it or not. */
  readonly findings: readonly Finding[]
}
