import type { RolloutPlan } from '../rollouts/plan.ts'
import type { Stop } from './stop.ts'

/**
 * A rollout leads from one revision to another behind one router, between two tracks. Where these
 * themselves change together with the pods, there is no way that could be taken in steps.
 */
export function otherTracks(app: string, before: RolloutPlan, after: RolloutPlan): readonly Stop[] {
  const changed = Object.entries(namesIn(before)).filter(
    ([what, name]) => namesIn(after)[what] !== name,
  )
  if (changed.length === 0) return []
  const list = changed.map(([what, name]) => `${what} from ${name} to ${namesIn(after)[what]}`)
  return [
    {
      kind: 'other-tracks',
      message: `${app} changes ${list.join(', ')}, and no rollout leads from one to the other`,
      remedy: `Publish that change alone, with the pods as they are and no rollout in flight. To release it with its pods, without a canary: --direct ${app} --reason 'why'`,
      files: [],
    },
  ]
}

const namesIn = ({ spec }: RolloutPlan): Readonly<Record<string, string>> => ({
  'the Deployment of stable': spec.tracks.stable.deployment,
  'the Service of stable': spec.tracks.stable.service,
  'the Deployment of the canary': spec.tracks.canary.deployment,
  'the Service of the canary': spec.tracks.canary.service,
  'its router': spec.router.type === 'route' ? spec.router.name : 'numbers of pods',
})
