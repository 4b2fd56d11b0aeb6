import pMap from 'p-map'
import { readEnvironment } from '../gitops/environment-on-branch.ts'
import { Advances, type MovingLook, plannedOf } from './advances.ts'
import { closuresOf } from './closures.ts'
import type { Place } from './commit-moves.ts'
import { CommitQueue, type QueuedCommit } from './commit-queue.ts'
import { type Look, lookAtApp, type Surroundings } from './look-at-app.ts'
import { type BrokenApp, readApps } from './read-apps.ts'
import { SyncReader } from './sync-reader.ts'
import { waveMembers } from './wave-members.ts'
import { whileWorking } from './while-working.ts'

export interface TickProps extends Surroundings {
  readonly place: Place
  /**
   * Whether all rollouts that go forward share one commit, or each has its own.
   *
   * @default true
   */
  readonly together?: boolean
  /**
   * Rollouts that may be in flight at once; more wait for their turn.
   *
   * @default - as many as there are
   */
  readonly mostInFlight?: number
  /**
   * Longest time for each: one app's pods, then its metrics, then what applies it. In milliseconds.
   *
   * @default 5000
   */
  readonly deadlineMs?: number
  /**
   * Longest time that what goes forward waits for looks that take longer, in milliseconds: after it, and
   * again and again, what is ready by then is committed.
   *
   * @default - twice `deadlineMs`
   */
  readonly patienceMs?: number
  /**
   * Apps that are looked at at the same time.
   *
   * @default 32
   */
  readonly atOnce?: number
  readonly signal?: AbortSignal
}

export interface TickResult {
  /** The commit that was looked at. Absent if there is no branch yet. */
  readonly tip?: string
  /** What was found of each app that has something to do. */
  readonly looks: readonly Look[]
  /** Apps that cannot be looked at, and why. Nothing of them is touched. */
  readonly broken: readonly BrokenApp[]
  readonly commits: readonly TickCommit[]
}

export type TickCommit = QueuedCommit

/**
 * Looks at every rollout of an environment and does what is to be done now. Any number of ticks may run
 * at once, and a tick that fails has left nothing half-done: the next one looks anew.
 *
 * Aborts are committed as soon as they are decided, each by itself; whatever goes forward comes after
 * them, in one commit if no look hangs.
 *
 * @throws {RemoteRefusedError}
 * @throws {RemoteUnreachableError}
 * @throws {MalformedInventoryError}
 * @throws {NotAnEnvironmentError}
 * @throws the reason of `signal`
 */
export async function tick(props: TickProps): Promise<TickResult> {
  const { place, atOnce = 32 } = props
  const tip = await place.remote.tip(place.branch)
  if (tip === undefined) return { looks: [], broken: [], commits: [] }
  const onBranch = await readEnvironment(place.remote, tip, place.environment)
  const read = await readApps({ place, commit: tip, onBranch })
  const { apps, broken } = read
  const members = await waveMembers({ place, commit: tip, onBranch }, read)
  const closures = await closuresOf({ place, onBranch, apps, members, nowMs: props.now() })
  const queue = new CommitQueue(props)
  const inFlight = apps.filter(({ record }) => record.spec.rollout !== undefined).length
  const room = (props.mostInFlight ?? Number.POSITIVE_INFINITY) - inFlight
  const advances = new Advances({ queue, together: props.together ?? true, room })
  const deadlineMs = props.deadlineMs ?? 5000
  const syncs = new SyncReader({ syncs: props.live?.syncs, deadlineMs, signal: props.signal })
  const looking = pMap(
    apps,
    async (app) => {
      const look = await lookAtApp({
        ...props,
        app,
        deadlineMs,
        syncs,
        closure: closures(app),
      })
      if (isAbort(look)) await queue.add([plannedOf(look)], Number.POSITIVE_INFINITY)
      else if (isMoving(look)) advances.add(look)
      return look
    },
    { concurrency: atOnce, ...(props.signal !== undefined && { signal: props.signal }) },
  )
  const { patienceMs = 2 * deadlineMs } = props
  // An abort that is decided meanwhile does not wait for more than one lost race.
  const looks = await whileWorking(looking, patienceMs, () => advances.commit(2))
  await advances.commit()
  return { tip, looks, broken, commits: queue.commits }
}

const isMoving = (look: Look): look is MovingLook => look.decision.kind === 'move'

const isAbort = (look: Look): look is MovingLook =>
  isMoving(look) && look.decision.action === 'abort'
