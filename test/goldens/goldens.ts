import { canaries, canariesInFlight } from './canaries.ts'
import { controlPlanes } from './control-planes.ts'
import type { Golden } from './golden.ts'
import { highlyAvailable } from './highly-available.ts'
import { jobs } from './jobs.ts'
import { locks } from './locks.ts'
import { singletons } from './singletons.ts'

/** What synth writes. */
export const GOLDENS: readonly Golden[] = [
  ...highlyAvailable,
  ...canaries,
  ...singletons,
  ...jobs,
  ...locks,
  ...controlPlanes,
]

/** What the deploy branch has while releases are in flight. */
export const GOLDENS_IN_FLIGHT: readonly Golden[] = canariesInFlight
