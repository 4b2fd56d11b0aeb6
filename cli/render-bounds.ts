import type { HoldBounds } from '../leases/lock-view.ts'
import { inWords } from './duration-argument.ts'

/** What follows from the time to live of a hold, in lines with their names before them. */
export const renderBounds = (bounds: HoldBounds): readonly string[] => [
  `  renewed   every ${inWords(bounds.renewsEveryMs)}; its holder stops ${inWords(bounds.believesForMs)} after the last renewal`,
  `  crash     others get it ${inWords(bounds.takenOverWithinMs)} after they saw its last renewal, or after they came`,
  `  queue     first come, first served; who is first and does not come is passed after ${inWords(bounds.passedAfterMs)}, 7 s where many wait`,
  `  clocks    no two believe that they hold unless one clock runs ${bounds.toleratedRateRatio.toFixed(2)} times as fast as another`,
]
