import { at, items, number, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { liveEdit } from './live-edit.ts'
import { objectName } from './object-name.ts'
import type { SeenTrack } from './observation.ts'
import { STEP_ANNOTATION } from './render.ts'
import { absence, missingOfSpec, type Sighting } from './sighting.ts'

export interface TrackSighting {
  /** Absent if the branch has none: there is no canary at rest. */
  readonly deployment: Sighting | undefined
  /** Absent if nobody but the branch says how many pods there are. */
  readonly autoscaler: Sighting | undefined
}

const NO_TRACK: SeenTrack = { missing: [], desired: 0, ready: 0 }

/** A track as it runs, held against what the branch says of it. */
export function observeTrack({ deployment, autoscaler }: TrackSighting): SeenTrack {
  if (deployment === undefined) return NO_TRACK
  const { branch, live } = deployment
  const missingOfAutoscaler = autoscaler === undefined ? [] : missingOfSpec(autoscaler)
  const absent = absence(deployment)
  if (live === undefined || absent !== undefined) {
    return { ...NO_TRACK, missing: [absent ?? '', ...missingOfAutoscaler] }
  }
  const desired = number(at(live, 'spec', 'replicas')) ?? 1
  const late = lateness(branch, live)
  const pods = podsOf(live)
  if (late !== undefined) return { desired, ready: 0, missing: [late, ...missingOfAutoscaler] }
  const asked = askedPods(branch, autoscaler?.branch, desired)
  const failure = failureOf(live, asked)
  return {
    desired,
    ready: pods.ready,
    missing: [...missingPods(live, asked), ...missingOfAutoscaler],
    ...(failure !== undefined && { failure }),
  }
}

/** Why the status of a Deployment is not about what the branch says; `undefined` if it is. */
function lateness(branch: KubernetesObject, live: KubernetesObject): string | undefined {
  const mark = branch.metadata.annotations?.[STEP_ANNOTATION]
  if (mark !== undefined && live.metadata.annotations?.[STEP_ANNOTATION] !== mark) {
    return `${objectName(branch)} is not yet as step ${mark} has it`
  }
  const edit = liveEdit(branch, live)
  if (edit !== undefined) return `${objectName(branch)} ${edit}`
  const generation = number(at(live, 'metadata', 'generation')) ?? 0
  const observed = number(at(live, 'status', 'observedGeneration')) ?? 0
  if (observed >= generation) return undefined
  return `${objectName(branch)} has a change that its controller has not looked at`
}

/** Pods that there must be: as the branch says, or whoever decides in its place. */
function askedPods(
  deployment: KubernetesObject,
  autoscaler: KubernetesObject | undefined,
  desired: number,
): number {
  const replicas = number(at(deployment, 'spec', 'replicas'))
  if (replicas !== undefined) return replicas
  return Math.max(number(at(autoscaler, 'spec', 'minReplicas')) ?? 0, desired)
}

function missingPods(live: KubernetesObject, asked: number): readonly string[] {
  const { ready, older } = podsOf(live)
  const name = objectName(live)
  const missing: string[] = []
  if (ready < asked) missing.push(`${name} has ${readyOf(ready, asked)}${refusalOf(live)}`)
  if (older > 0) missing.push(`${name} has ${podCount(older)} of an older template`)
  return missing
}

/**
 * How many pods of the newest template are ready is not in the status of a Deployment, so all older
 * ones are taken for ready: as long as there are any, fewer may be told than there are.
 */
function podsOf({ status }: KubernetesObject): { readonly ready: number; readonly older: number } {
  const count = (field: string): number => number(at(status, field)) ?? 0
  const older = Math.max(0, count('replicas') - count('updatedReplicas'))
  return { ready: Math.max(0, count('readyReplicas') - older), older }
}

/** That a Deployment stands still longer than it may (`progressDeadlineSeconds`). */
function failureOf(live: KubernetesObject, asked: number): string | undefined {
  const progressing = conditionOf(live, 'Progressing')
  if (at(progressing, 'reason') !== 'ProgressDeadlineExceeded') return undefined
  const seconds = number(at(live, 'spec', 'progressDeadlineSeconds')) ?? 600
  const pods = readyOf(podsOf(live).ready, asked)
  return `${objectName(live)} has made no progress for ${seconds} s, with ${pods}${refusalOf(live)}`
}

/** Why pods are not even made, as a quota says it. */
function refusalOf(live: KubernetesObject): string {
  const failure = conditionOf(live, 'ReplicaFailure')
  const message = at(failure, 'status') === 'True' ? text(at(failure, 'message')) : undefined
  return message === undefined ? '' : `: ${message}`
}

const conditionOf = ({ status }: KubernetesObject, type: string): unknown =>
  items(at(status, 'conditions')).find((condition) => at(condition, 'type') === type)

const readyOf = (ready: number, asked: number): string => `${ready} of ${podCount(asked)} ready`

const podCount = (count: number): string => (count === 1 ? '1 pod' : `${count} pods`)
