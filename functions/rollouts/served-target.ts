import type { GitRemote } from '../../gitops/git-remote.ts'
import type { Clock } from '../../leases/clock.ts'
import { EnvironmentTicks } from '../../reconciler/environment-ticks.ts'
import { lookAtRollout, type RolloutLook } from '../../reconciler/look-at-rollout.ts'
import { SharedLooks } from '../../reconciler/shared-looks.ts'
import { type TickCommit, type TickProps, type TickResult, tick } from '../../reconciler/tick.ts'
import { TipWatch } from '../../reconciler/tip-watch.ts'
import { given } from '../configuration/given.ts'
import type { OpenedRemote, RolloutTarget } from './rollout-target.ts'

/** What is looked at in one environment, and how. */
export interface TargetProps
  extends Pick<
    TickProps,
    'live' | 'metrics' | 'together' | 'mostInFlight' | 'deadlineMs' | 'atOnce'
  > {
  readonly environment: string
  /** Without credentials. */
  readonly repository: string
  readonly branch: string
  /** A connection to the repository for one caller, until the signal aborts. */
  readonly open: (signal?: AbortSignal) => Promise<OpenedRemote>
  readonly clock: Clock
  /**
   * Hears of each commit, with what the branch had before where that is known. Must not fail.
   *
   * @default - nobody does
   */
  readonly onCommit?: (commit: TickCommit, previous?: string) => Promise<void>
}

/** A target of a process that lives, in which requests share what they can. */
export interface ServedTarget extends RolloutTarget {
  readonly ticks: EnvironmentTicks
  readonly watch: () => TipWatch
  /** Gives back the connection that ticks share. */
  readonly close: () => Promise<void>
}

/**
 * A target for processes that live: ticks take turns and keep what they have read of the repository, and
 * all who listen share one look at the branch.
 *
 * @param look has whoever looks by itself look soon
 */
export function servedTarget(props: TargetProps, look?: () => void): ServedTarget {
  const { environment, repository, branch, open, clock, onCommit } = props
  const kept = new KeptRemote(open, clock)
  const tell = (result: TickResult): TickResult => {
    watch.saw(tipAfter(result))
    void tellAll(result, onCommit)
    return result
  }
  const ticks = new EnvironmentTicks({
    tip: () => kept.use((remote) => remote.tip(branch)),
    tick: async (signal) => tell(await kept.use((remote) => tickOn(props, remote, signal))),
  })
  const watch = new TipWatch({ tip: () => ticks.tip(), clock })
  // One that others asked for as well, so it has a connection of its own.
  const looks = new SharedLooks({ look: (app, signal) => lookOn(props, app, signal), clock })
  return {
    environment,
    repository,
    branch,
    lookAt: (request) => looks.at(request),
    open,
    ticks,
    // One that others asked for as well, so nobody's signal ends it.
    tick: () => ticks.tick(),
    watch: () => watch,
    // Whoever has asked need not wait until others know.
    committed: (commit) => void onCommit?.(commit),
    close: () => kept.close(),
    ...(look !== undefined && { look }),
  }
}

/** A target for platforms where what one request has begun ends with it: each has all for itself. */
export function separateTarget(props: TargetProps): RolloutTarget {
  const { environment, repository, branch, open, clock, onCommit } = props
  return {
    environment,
    repository,
    branch,
    lookAt: ({ app, signal }) => lookOn(props, app, signal),
    open,
    tick: async (signal) => {
      const result = await withRemote(props, (remote) => tickOn(props, remote, signal), signal)
      await tellAll(result, onCommit)
      return result
    },
    committed: async (commit) => onCommit?.(commit),
    watch: () =>
      new TipWatch({ tip: () => withRemote(props, (remote) => remote.tip(branch)), clock }),
  }
}

async function withRemote<Result>(
  { open }: TargetProps,
  work: (remote: GitRemote) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const { remote, close } = await open(signal)
  try {
    return await work(remote)
  } finally {
    await close()
  }
}

/** Somebody waits for it. */
const LOOK_MS = 5_000

const lookOn = (props: TargetProps, app: string, signal: AbortSignal): Promise<RolloutLook> => {
  const { environment, branch, clock, live, metrics, deadlineMs = LOOK_MS } = props
  const look = (remote: GitRemote) =>
    lookAtRollout({
      ...given({ live, metrics }),
      deadlineMs,
      place: { remote, branch, environment },
      app,
      now: () => clock.wallMs(),
      signal,
    })
  return withRemote(props, look, signal)
}

const tickOn = (
  { environment, branch, clock, ...props }: TargetProps,
  remote: GitRemote,
  signal: AbortSignal,
): Promise<TickResult> =>
  tick({ ...props, place: { remote, branch, environment }, now: () => clock.wallMs(), signal })

/** The tip after a tick, so far as it knows. */
const tipAfter = ({ tip, commits }: TickResult): string | undefined => commits.at(-1)?.commit ?? tip

async function tellAll(
  { tip, commits }: TickResult,
  onCommit: TargetProps['onCommit'],
): Promise<void> {
  if (onCommit === undefined) return
  const before = [tip, ...commits.map(({ commit }) => commit)]
  await Promise.all(commits.map((commit, index) => onCommit(commit, before[index])))
}

/** What a connection has read piles up, so it is given back now and then, in milliseconds. */
const KEPT_FOR_MS = 60 * 60 * 1000

/** A connection that is kept from one use to the next, and given back after a failure. One at a time. */
class KeptRemote {
  readonly #open: TargetProps['open']
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #opened: (OpenedRemote & { readonly untilMs: number }) | undefined

  constructor(open: TargetProps['open'], clock: Pick<Clock, 'monotonicMs'>) {
    this.#open = open
    this.#clock = clock
  }

  async use<Result>(work: (remote: GitRemote) => Promise<Result>): Promise<Result> {
    const nowMs = this.#clock.monotonicMs()
    if (this.#opened !== undefined && nowMs >= this.#opened.untilMs) await this.close()
    this.#opened ??= { ...(await this.#open()), untilMs: nowMs + KEPT_FOR_MS }
    try {
      return await work(this.#opened.remote)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    await opened?.close()
  }
}
