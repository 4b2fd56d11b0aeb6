import type { GitRemote } from '../../gitops/git-remote.ts'
import type { Clock } from '../../leases/clock.ts'
import { BranchGates } from '../../reconciler/branch-gates.ts'
import type { Place } from '../../reconciler/commit-moves.ts'
import { EnvironmentGates } from '../../reconciler/environment-gates.ts'
import { EnvironmentTicks } from '../../reconciler/environment-ticks.ts'
import { lookAtRollout, type RolloutLook } from '../../reconciler/look-at-rollout.ts'
import { Rest } from '../../reconciler/rest.ts'
import { SharedLooks } from '../../reconciler/shared-looks.ts'
import { type TickCommit, type TickProps, type TickResult, tick } from '../../reconciler/tick.ts'
import { TipWatch } from '../../reconciler/tip-watch.ts'
import { given } from '../configuration/given.ts'
import { KeptRemotes } from './kept-remotes.ts'
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
  /** Gives back the connections that are kept. */
  readonly close: () => Promise<void>
}

/**
 * A target for processes that live: ticks take turns and keep what they have read of the repository, and so
 * do gates; all who listen share one look at the branch.
 *
 * @param look has whoever looks by itself look soon
 */
export function servedTarget(props: TargetProps, look?: () => void): ServedTarget {
  const { environment, repository, branch, open, clock, onCommit } = props
  const kept = new KeptRemotes({ open: () => open(), clock })
  const known = new BranchGates()
  const gates = new EnvironmentGates({
    read: (apps) => kept.use((remote) => known.read(placeOf(props, remote), apps)),
  })
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
    gate: (app, signal) => gates.gate(app, signal),
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

/**
 * A target for platforms where what one request has begun ends with it, so that none waits for what another
 * has begun. What ticks and gates have read is kept for as long as the platform keeps the instance.
 */
export function separateTarget(props: TargetProps): RolloutTarget {
  const { environment, repository, branch, open, clock, onCommit } = props
  const kept = new KeptRemotes({ open: () => open(), clock })
  const known = new BranchGates()
  const rest = new Rest()
  return {
    environment,
    repository,
    branch,
    lookAt: ({ app, signal }) => lookOn(props, app, signal),
    gate: async (app, signal) => {
      const gateOf = await kept.use((remote) => known.read(placeOf(props, remote), [app]), signal)
      return gateOf(app)
    },
    open,
    tick: (signal) => {
      const tickBy = async (remote: GitRemote): Promise<TickResult> => {
        const result = await tickOn(props, remote, signal)
        await tellAll(result, onCommit)
        return result
      }
      return kept.use(
        (remote) => rest.tick({ tip: () => remote.tip(branch), tick: () => tickBy(remote) }),
        signal,
      )
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
  const { clock, live, metrics, deadlineMs = LOOK_MS } = props
  const look = (remote: GitRemote) =>
    lookAtRollout({
      ...given({ live, metrics }),
      deadlineMs,
      place: placeOf(props, remote),
      app,
      now: () => clock.wallMs(),
      signal,
    })
  return withRemote(props, look, signal)
}

const tickOn = (props: TargetProps, remote: GitRemote, signal: AbortSignal): Promise<TickResult> =>
  tick({ ...props, place: placeOf(props, remote), now: () => props.clock.wallMs(), signal })

const placeOf = ({ branch, environment }: TargetProps, remote: GitRemote): Place => ({
  remote,
  branch,
  environment,
})

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
