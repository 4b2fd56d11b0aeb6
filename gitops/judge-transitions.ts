import { dataLossStops } from './data-loss.ts'
import { immutabilityStops } from './immutability.ts'
import type { ObjectTransition } from './object-transition.ts'
import type { PublishDraft } from './publish-draft.ts'
import { handoverStops } from './replicas-handover.ts'
import type { Stop } from './stop.ts'

export interface Judgement {
  readonly stops: readonly Stop[]
  readonly warnings: readonly string[]
}

/** What a person must decide about, less what a person has decided by naming the object. */
export function judgeTransitions(
  { environment, inventory, options }: PublishDraft,
  transitions: readonly ObjectTransition[],
): Judgement {
  const handovers = new Map([...inventory.apps.values()].flatMap((app) => [...app.handovers]))
  const destruction = allow(
    [...immutabilityStops(transitions), ...dataLossStops(transitions)],
    '--allow-destroy',
    options.allowDestroy ?? [],
  )
  const handover = allow(
    handoverStops({ environment, transitions, handovers }),
    '--allow-handover',
    options.allowHandover ?? [],
  )
  return {
    stops: [...destruction.stops, ...handover.stops],
    warnings: [...destruction.warnings, ...handover.warnings],
  }
}

/** A name that allows nothing is a slip of the pen, or permission left over for next time. */
function allow(stops: readonly Stop[], flag: string, allowed: readonly string[]): Judgement {
  return {
    stops: stops.filter(({ object = '' }) => !allowed.includes(object)),
    warnings: allowed
      .filter((name) => !stops.some(({ object }) => object === name))
      .map((name) => `${flag} '${name}' allows nothing in this environment`),
  }
}
