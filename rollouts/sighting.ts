import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { liveDifference } from './live-difference.ts'
import { objectName } from './object-name.ts'

/** An object on the branch beside the one in the cluster. */
export interface Sighting {
  readonly branch: KubernetesObject
  /** Absent if there is none. */
  readonly live: KubernetesObject | undefined
}

/** Why there is nothing to rely on in the cluster, as a sentence; `undefined` if there is. */
export function absence({ branch, live }: Sighting): string | undefined {
  if (live === undefined) return `${objectName(branch)} is not there`
  if (live.metadata.deletionTimestamp !== undefined) return `${objectName(branch)} is being deleted`
  return undefined
}

/** What is missing until the live spec says all that the branch says, as sentences. */
export function missingOfSpec(sighting: Sighting): readonly string[] {
  const { branch, live } = sighting
  const absent = absence(sighting)
  if (absent !== undefined) return [absent]
  const difference = live && liveDifference(branch, live)
  return difference === undefined ? [] : [`${objectName(branch)} ${difference}`]
}
