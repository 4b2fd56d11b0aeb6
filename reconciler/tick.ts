import pMap from 'p-map'
import { readEnvironment } from '../gitops/environment-on-branch.ts'
import { BranchMovedError } from '../gitops/git-remote-errors.ts'
import type { Move } from '../rollouts/decision.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import { closuresOf } from './closures.ts'
import { type CommitMovesProps, commitMoves, type Place, type PlannedMove } from './commit-moves.ts'
import { type Look, lookAtApp, type Surroundings } from './look-at-app.ts'
import { type BrokenApp, readApps } from './read-apps.ts'
import { waveMembers } from './wave-members.ts'

export interface TickProps extends Surroundings {
  readonly place: Place
  /**
   * Alerts that fire now, as sentences without a full stop, by app: `<namespace>/<app>`.
   *
   * @default - none
   */
  readonly alerts?: ReadonlyMap<string, readonly string[]>
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
   * Longest time to look at one app's pods, and then once more at its metrics, in milliseconds.
   *
   * @default 5000
   */
  readonly deadlineMs?: number
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

export interface TickCommit {
  readonly commit: string
  readonly moves: readonly { readonly app: string; readonly move: Move }[]
}

/**
 * Looks at every rollout of an environment and does what is to be done now. Any number of ticks may run
 * at once, and a tick that fails has left nothing half-done: the next one looks anew.
 *
 * Aborts are committed as soon as they are decided, each by itself; whatever goes forward comes after
 * them.
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
  const aborts = new CommitQueue(props, Number.POSITIVE_INFINITY)
  const looks: readonly Look[] = await pMap(
    apps,
    async (app) => {
      const look = await lookAtApp({
        ...props,
        app,
        deadlineMs: props.deadlineMs ?? 5000,
        closure: closures(app),
        alerts: props.alerts?.get(app.app) ?? [],
      })
      if (isAbort(look)) await aborts.add([plannedOf(look)])
      return look
    },
    { concurrency: atOnce, ...(props.signal !== undefined && { signal: props.signal }) },
  )
  const advances = new CommitQueue(props)
  const forward = withinTurns(props, apps, looks).map(plannedOf)
  const groups = props.together === false ? forward.map((one) => [one]) : [forward]
  for (const group of groups) if (group.length > 0) await advances.add(group)
  return { tip, looks, broken, commits: [...aborts.commits, ...advances.commits] }
}

type MovingLook = Look & { readonly decision: Move }

const isAbort = (look: Look): look is MovingLook =>
  look.decision.kind === 'move' && look.decision.action === 'abort'

const goesForward = (look: Look): look is MovingLook =>
  look.decision.kind === 'move' && look.decision.action !== 'abort'

const plannedOf = ({ app, decision }: MovingLook): PlannedMove => ({ app, move: decision })

/** What goes forward now: all but the aborts, and of those that would start as many as may be in flight. */
function withinTurns(
  { mostInFlight = Number.POSITIVE_INFINITY }: TickProps,
  apps: readonly AppOnBranch[],
  looks: readonly Look[],
): readonly MovingLook[] {
  let room = mostInFlight - apps.filter(({ record }) => record.spec.rollout !== undefined).length
  return looks
    .filter(goesForward)
    .filter(
      ({ decision: { action, record } }) =>
        action !== 'start' || record.rollout?.isRollback === true || room-- > 0,
    )
}

/** Commits of one tick, one after the other: two of our own would only race each other. */
class CommitQueue {
  readonly commits: TickCommit[] = []
  readonly #props: TickProps
  readonly #attempts: number | undefined
  #last: Promise<unknown> = Promise.resolve()

  /** @param attempts how often a lost race is run again */
  constructor(props: TickProps, attempts?: number) {
    this.#props = props
    this.#attempts = attempts
  }

  add(moves: CommitMovesProps['moves']): Promise<void> {
    const done = this.#last.then(() => this.#commit(moves))
    this.#last = done.catch(() => {})
    return done
  }

  async #commit(moves: CommitMovesProps['moves']): Promise<void> {
    const { commit, made } = await commitMoves({
      place: this.#props.place,
      moves,
      retry: {
        signal: this.#props.signal,
        ...(this.#attempts !== undefined && { attempts: this.#attempts }),
      },
    }).catch((error: unknown) => {
      // Others were faster every time: the next tick decides anew.
      if (error instanceof BranchMovedError) return { commit: undefined, made: [] }
      throw error
    })
    if (commit === undefined) return
    this.commits.push({ commit, moves: made.map(({ app, move }) => ({ app: app.app, move })) })
  }
}
