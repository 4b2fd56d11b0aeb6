import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { settleCommand } from './settle-command.ts'
import { isSyncName } from './sync-of-object.ts'

/** On a sync: the apps that it is suspended for, so that it is given back only once all of them are. */
export const SUSPENDED_FOR_ANNOTATION = 'lockstep.dev/suspended-for'

/**
 * The apps that were aborted in the cluster, and that a sync is suspended for: `<namespace>/<app>`. What no
 * app can be called is none: it is printed in commands.
 */
export const suspendedFor = ({ metadata }: KubernetesObject): readonly string[] =>
  (metadata.annotations?.[SUSPENDED_FOR_ANNOTATION] ?? '').split(' ').filter(isAppName)

function isAppName(text: string): boolean {
  const parts = text.split('/')
  return parts.length === 2 && parts.every(isSyncName)
}

/** Why a sync is suspended, and until when, as the end of a sentence; empty if that was not our doing. */
export function suspendedBecause(apps: readonly string[], environment: string): string {
  if (apps.length === 0) return ''
  const were = apps.length === 1 ? 'was' : 'were'
  const commands = apps.map((app) => settleCommand(app, environment)).join(' && ')
  return ` since ${apps.join(' and ')} ${were} aborted in the cluster, until ${commands}`
}
