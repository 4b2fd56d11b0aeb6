import { TimeLimit } from '../kubernetes/time-limit.ts'
import { describeIdentity } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { LiveStateUnavailableError, type LiveSyncs } from '../rollouts/live-state.ts'
import { observeSync } from '../rollouts/observe-sync.ts'
import type { SeenSync } from '../rollouts/seen-sync.ts'
import type { SyncIdentity } from '../rollouts/sync-of-object.ts'

export interface SyncReaderProps {
  /** Absent where nobody can see them. */
  readonly syncs: LiveSyncs | undefined
  /** Longest time to look at one, in milliseconds. */
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
}

/** What applies apps, as it was at one time: read once, however many apps it has. */
export class SyncReader {
  readonly #props: SyncReaderProps
  readonly #seen = new Map<string, Promise<readonly SeenSync[]>>()

  constructor(props: SyncReaderProps) {
    this.#props = props
  }

  /**
   * Those that have applied some objects.
   *
   * @throws the reason of the signal
   */
  async of(objects: readonly (KubernetesObject | undefined)[]): Promise<readonly SeenSync[]> {
    const { syncs } = this.#props
    if (syncs === undefined) return []
    const owners = objects.flatMap((object) => (object && syncs.ownerOf(object)) ?? [])
    const byName = new Map(owners.map((owner) => [describeIdentity(owner), owner]))
    const seen = [...byName].map(([name, owner]) => {
      const reading = this.#seen.get(name) ?? this.#read(syncs, owner)
      this.#seen.set(name, reading)
      return reading
    })
    return (await Promise.all(seen)).flat()
  }

  async #read(syncs: LiveSyncs, sync: SyncIdentity): Promise<readonly SeenSync[]> {
    const { deadlineMs, signal } = this.#props
    const limit = new TimeLimit(deadlineMs, signal)
    try {
      const object = await syncs.read(sync, limit.signal)
      return object === undefined ? [] : [observeSync(object)]
    } catch (error) {
      signal?.throwIfAborted()
      if (limit.isOver) return [unseen(sync, `it was not seen within ${deadlineMs / 1000} s`)]
      if (error instanceof LiveStateUnavailableError) return [unseen(sync, error.problem)]
      throw error
    } finally {
      limit.end()
    }
  }
}

function unseen({ kind, namespace, name }: SyncIdentity, why: string): SeenSync {
  const called = `${kind} ${namespace}/${name}`
  return { name: called, problems: [`what ${called} says cannot be seen: ${why}`] }
}
