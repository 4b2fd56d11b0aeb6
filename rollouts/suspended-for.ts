import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/** On a sync: the apps that it is suspended for, so that it is given back only once all of them are. */
export const SUSPENDED_FOR_ANNOTATION = 'lockstep.dev/suspended-for'

/** The apps that were aborted in the cluster, and that a sync is suspended for: `<namespace>/<app>`. */
export const suspendedFor = ({ metadata }: KubernetesObject): readonly string[] =>
  (metadata.annotations?.[SUSPENDED_FOR_ANNOTATION] ?? '').split(' ').filter((app) => app !== '')

/** Why a sync is suspended, as the end of a sentence; empty if that was not our doing. */
export function suspendedBecause(sync: KubernetesObject): string {
  const apps = suspendedFor(sync)
  if (apps.length === 0) return ''
  const were = apps.length === 1 ? 'was' : 'were'
  return ` since ${apps.join(' and ')} ${were} aborted in the cluster, until lockstep rollout settle`
}
