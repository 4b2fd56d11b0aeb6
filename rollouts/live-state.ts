import type { Identity } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { SyncIdentity } from './sync-of-object.ts'

/**
 * What runs, as far as a rollout has to see it. Whoever implements it only reads; what it means is
 * decided by `observeRollout`.
 */
export interface LiveState {
  /**
   * The objects as they are now, in the order asked for; `undefined` for those that there are not.
   *
   * @throws {LiveStateUnavailableError} if it cannot be told now
   */
  read(objects: readonly Identity[], signal?: AbortSignal): Promise<LiveObjects>

  /** What applies the branch. Absent where nobody can see that, or nothing does it that could be seen. */
  readonly syncs?: LiveSyncs
}

/** What applies the branch, for people who wait for something to come. Nothing is decided by it. */
export interface LiveSyncs {
  /** What has applied an object; `undefined` if nothing did that is known. */
  ownerOf(object: KubernetesObject): SyncIdentity | undefined

  /**
   * A sync as it is now; `undefined` if it is not in this cluster.
   *
   * @throws {LiveStateUnavailableError} if it cannot be told now
   */
  read(sync: SyncIdentity, signal?: AbortSignal): Promise<KubernetesObject | undefined>
}

export interface LiveObjects {
  /**
   * The clock of what answered, in milliseconds since 1970. Times in objects are of the same clock, so
   * they are compared with this one and no other.
   */
  readonly atMs: number
  readonly objects: readonly (KubernetesObject | undefined)[]
}

/** What runs cannot be seen now. Nothing is concluded from that. */
export class LiveStateUnavailableError extends Error {
  override readonly name = 'LiveStateUnavailableError'
  readonly code = 'LIVE_STATE_UNAVAILABLE'
  /** Why, as the end of a sentence. */
  readonly problem: string

  constructor(problem: string, options?: ErrorOptions) {
    super(`What runs cannot be seen: ${problem}`, options)
    this.problem = problem
  }
}
