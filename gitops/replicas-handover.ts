import { at, number } from '../manifests/fields.ts'
import type { ObjectTransition } from './object-transition.ts'
import type { Stop } from './stop.ts'

/**
 * The number of pods that this change takes out of the manifest; `undefined` if it takes none.
 *
 * A field that nobody owns any more goes back to its default, which is 1: when the sync removes the
 * number that it alone has set, all pods but one are deleted before an autoscaler looks again. One
 * pod or none has nothing to lose.
 */
export function releasedReplicas({ before, after }: ObjectTransition): number | undefined {
  if (before === undefined || after === undefined) return undefined
  const old = number(at(before.object, 'spec', 'replicas'))
  if (old === undefined || old <= 1 || !SCALABLE.has(after.object.kind)) return undefined
  return at(after.object, 'spec', 'replicas') === undefined ? old : undefined
}

const SCALABLE: ReadonlySet<string> = new Set([
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
])

export interface HandoverStopsProps {
  readonly environment: string
  readonly transitions: readonly ObjectTransition[]
  /** What `lockstep handover` has noted on the branch: the number in the manifest at that time. */
  readonly handovers: ReadonlyMap<string, number>
}

/**
 * A note counts only for the number that it was made with: when the manifest has changed since, the
 * sync has taken the field for itself again.
 */
export function handoverStops(props: HandoverStopsProps): readonly Stop[] {
  const { environment, transitions, handovers } = props
  return transitions.flatMap((transition): Stop[] => {
    const { object, before } = transition
    const released = releasedReplicas(transition)
    if (released === undefined || before === undefined) return []
    if (handovers.get(object) === released) return []
    const { kind, metadata } = before.object
    const target = `${kind.toLowerCase()}/${metadata.namespace ?? 'default'}/${metadata.name}`
    return [
      {
        kind: 'replicas-handover',
        object,
        message: `${object} would drop from ${released} pods to 1 when \`replicas\` leaves its manifest, until the autoscaler acts`,
        remedy: `Run \`lockstep handover ${target} --env ${environment}\` first, which gives the live number a second owner. If there is nothing to lose (it runs nowhere yet): --allow-handover '${object}'`,
        files: [before.path],
      },
    ]
  })
}
