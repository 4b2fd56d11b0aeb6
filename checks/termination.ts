import { at, items, number } from '../manifests/fields.ts'
import type { Container, Workload } from './workload.ts'

/** Seconds that Kubernetes gives a pod to end when the pod does not say. */
const DEFAULT_GRACE_SECONDS = 30

/** Seconds from the begin of the preStop hooks until the containers are killed. */
export const gracePeriodOf = ({ podSpec }: Workload): number =>
  number(podSpec.terminationGracePeriodSeconds) ?? DEFAULT_GRACE_SECONDS

/** Seconds that the preStop hook of a container takes, as far as the manifest tells; 0 without one. */
export function preStopSecondsOf({ spec }: Container): number {
  const hook = at(spec, 'lifecycle', 'preStop')
  return number(at(hook, 'sleep', 'seconds')) ?? sleptBy(items(at(hook, 'exec', 'command')))
}

/** Seconds that a command sleeps: `["sleep", "10"]`, `["sh", "-c", "sleep 10; …"]`. */
function sleptBy(command: readonly unknown[]): number {
  const seconds = /(?:^|[\s;&])sleep\s+(\d+(?:\.\d+)?)(?:s?(?:$|[\s;&]))/.exec(
    command.join(' '),
  )?.[1]
  return seconds === undefined ? 0 : Number(seconds)
}
