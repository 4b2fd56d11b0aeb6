import type { CommitAnswer } from '../functions/rollouts/commit-answer.ts'
import type { TrailerAction } from '../gitops/app-trailers.ts'
import type { RolloutLog } from './rollout-source.ts'

/** One rollout as the log of the branch tells it. */
export interface RolloutChart {
  readonly app: string
  readonly environment: string
  /** Its id. */
  readonly rollout: string
  readonly revision: string
  /** Oldest first, at least one. */
  readonly events: readonly ChartEvent[]
}

export interface ChartEvent {
  readonly commit: string
  readonly author: string
  readonly atMs: number
  readonly action: TrailerAction
  /** Share of the requests on the canary from then on, in percent. */
  readonly weight: number
  /** Success rates that were measured before it, in percent. */
  readonly successPercent?: number
  readonly evidence: readonly string[]
}

/** The log has nothing of the rollout that is to be drawn. */
export class NoRolloutInLogError extends Error {
  override readonly name = 'NoRolloutInLogError'
  readonly code = 'NO_ROLLOUT_IN_LOG'
  readonly remedy = 'Name another one with --rollout; `lockstep rollout show --json` has their ids'

  constructor(app: string, rollout: string | undefined) {
    super(
      rollout === undefined
        ? `The log of the branch has no rollout of ${app}`
        : `The log of the branch has no rollout '${rollout}' of ${app}`,
    )
  }
}

export interface RolloutChartProps extends RolloutLog {
  /** Its id. @default - the newest */
  readonly rollout?: string | undefined
}

/**
 * Picks one rollout out of the log.
 *
 * @throws {NoRolloutInLogError}
 */
export function rolloutChart(props: RolloutChartProps): RolloutChart {
  const { app, environment, commits, rollout } = props
  const told = commits.flatMap(changesOf)
  const id = rollout ?? told[0]?.rollout
  const own = told.filter((one) => one.rollout === id).reverse()
  const [first] = own
  if (first === undefined) throw new NoRolloutInLogError(app, rollout)
  return {
    app,
    environment,
    rollout: first.rollout,
    revision: first.revision ?? '',
    events: own.map(({ commit, author, at, action, weight = 0, evidence }) => {
      const successPercent = measuredSuccess(evidence)
      return {
        commit,
        author,
        atMs: Date.parse(at),
        action,
        weight,
        evidence,
        ...(successPercent !== undefined && { successPercent }),
      }
    }),
  }
}

/** What a commit has done to a rollout; nothing if it is none of ours. */
const changesOf = ({ commit, at, author, changes }: CommitAnswer) =>
  changes.flatMap(({ rollout, action, ...change }) =>
    rollout === undefined || action === undefined
      ? []
      : [{ commit, at, author, ...change, rollout, action }],
  )

/** As verdicts say it. */
const SUCCESS = /^success rate (\d+(?:\.\d+)?) % of /

function measuredSuccess(evidence: readonly string[]): number | undefined {
  const found = evidence.flatMap((sentence) => SUCCESS.exec(sentence)?.[1] ?? [])
  return found.length === 0 ? undefined : Math.min(...found.map(Number))
}
