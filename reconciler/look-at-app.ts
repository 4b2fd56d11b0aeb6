import { TimeLimit } from '../kubernetes/time-limit.ts'
import type { AnalysisVerdict } from '../rollouts/analysis-verdict.ts'
import type { Closure, Decision } from '../rollouts/decision.ts'
import {
  type LiveObjects,
  type LiveState,
  LiveStateUnavailableError,
} from '../rollouts/live-state.ts'
import type { Metrics } from '../rollouts/metrics.ts'
import { next } from '../rollouts/next.ts'
import type { Observation } from '../rollouts/observation.ts'
import { observeRollout } from '../rollouts/observe-rollout.ts'
import type { LeftRequests } from '../rollouts/observe-traffic.ts'
import { objectsToRead } from '../rollouts/observed-objects.ts'
import type { Stage } from '../rollouts/record.ts'
import { allSteps } from '../rollouts/step-state.ts'
import { analyse } from './analyse.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import { canaryRequestsPerSecond } from './canary-requests.ts'
import { SyncReader } from './sync-reader.ts'
import { withSyncReasons } from './sync-reasons.ts'

/** Where a look at an app looks, beside the branch. */
export interface Surroundings {
  /** What runs. Absent where nobody can see it: then nothing goes forward. */
  readonly live?: LiveState
  /** Absent where there are none: then metrics of a plan are inconclusive. */
  readonly metrics?: Metrics
  /** Milliseconds since 1970; used only where the cluster's own clock cannot be seen. */
  readonly now: () => number
}

export interface LookProps extends Surroundings {
  readonly app: AppOnBranch
  readonly closure?: Closure | undefined
  /** Longest time for each: the app's pods, then its metrics, then what applies it. In milliseconds. */
  readonly deadlineMs: number
  /**
   * Reads what applies apps, for all that are looked at together.
   *
   * @default - for this one alone
   */
  readonly syncs?: SyncReader
  readonly signal?: AbortSignal | undefined
}

/** What was found of one app, and what is to be done about it. */
export interface Look {
  readonly app: AppOnBranch
  readonly decision: Decision
  /** Absent if nothing could be seen. */
  readonly observation?: Observation
  /** Why nothing could be seen, as a sentence without a full stop. */
  readonly problem?: string
  /** When it was, by the clock that counts. */
  readonly atMs: number
}

/**
 * Looks at one app and decides. What cannot be seen or measured in time is no reason to fail, and it
 * holds up no other app; an abort that needs neither is decided without them.
 *
 * @throws the reason of `signal`
 */
export async function lookAtApp(props: LookProps): Promise<Look> {
  const { app, closure, now, live, syncs, deadlineMs, signal } = props
  const { applied = [], ...seen } = await observe(props)
  const atMs = seen.observation?.atMs ?? now()
  const decided = next({
    environment: app.environment,
    plan: app.plan,
    record: app.record.spec,
    stable: app.stable,
    ...(seen.observation !== undefined && { observation: seen.observation }),
    ...(closure !== undefined && { closure }),
    ...(app.tampered !== undefined && { tampered: app.tampered }),
    nowMs: atMs,
  })
  const reader = syncs ?? new SyncReader({ syncs: live?.syncs, deadlineMs, signal })
  const decision = await withSyncReasons(decided, { app, applied, reader, ...seen })
  return { app, decision, atMs, ...seen }
}

interface Seen extends Pick<Look, 'observation' | 'problem'> {
  /** The live objects that it follows from. */
  readonly applied?: LiveObjects['objects']
}

async function observe(props: LookProps): Promise<Seen> {
  const { live } = props
  if (live === undefined) return { problem: 'nobody looks at the cluster' }
  const seen = await seenInTime(props, live)
  if ('problem' in seen) return seen
  const { applied, ...rollout } = seen
  const verdicts = await verdictsOf(props, rollout)
  return { observation: { ...rollout, verdicts }, applied }
}

type SeenObjects = Omit<Observation, 'verdicts'>

async function seenInTime(
  props: LookProps,
  live: LiveState,
): Promise<(SeenObjects & Required<Pick<Seen, 'applied'>>) | { readonly problem: string }> {
  const { plan, record, files } = props.app
  const { deadlineMs, signal } = props
  const limit = new TimeLimit(deadlineMs, signal)
  try {
    const objects = await live.read(objectsToRead({ plan, files }), limit.signal)
    const { rollout } = record.spec
    const seen = { plan, files, live: objects, ...(rollout !== undefined && { rollout }) }
    const left = await leftOnCanary(props, observeRollout(seen))
    const leaving = left === undefined ? {} : { canaryRequestsPerSecond: left }
    return { ...observeRollout({ ...seen, ...leaving }), applied: objects.objects }
  } catch (error) {
    signal?.throwIfAborted()
    if (limit.isOver) return { problem: `what runs was not seen within ${deadlineMs / 1000} s` }
    if (error instanceof LiveStateUnavailableError) return { problem: error.message }
    throw error
  } finally {
    limit.end()
  }
}

/**
 * How long a canary is kept for requests that come although no route sends them: of connections that
 * are never closed, of probes, of callers who know its Service by name.
 */
const LONGEST_LEAVE_MS = 5 * 60_000

/** Requests that the canary still gets when all of them should go to stable; asked only then. */
async function leftOnCanary(
  { app: { plan, record }, metrics, deadlineMs, signal }: LookProps,
  { atMs, traffic }: SeenObjects,
): Promise<LeftRequests | undefined> {
  const stage = record.spec.rollout?.stage
  const isBack = stage?.phase === 'shifting-back' || stage?.phase === 'aborting'
  const { liveSinceMs } = traffic
  if (!isBack || metrics === undefined || liveSinceMs === undefined) return undefined
  if (atMs - liveSinceMs > LONGEST_LEAVE_MS) return undefined
  return canaryRequestsPerSecond({
    metrics,
    plan,
    liveSinceMs,
    nowMs: atMs,
    deadlineMs,
    signal,
  })
}

/**
 * What is measured of the step whose traffic was sent. While that is not seen to be live, as when a pod
 * of it is not ready, nothing passes, but what is bad is bad: then the time since its commit counts.
 */
async function verdictsOf(
  { app: { plan, record }, metrics, deadlineMs, signal }: LookProps,
  { atMs, traffic }: SeenObjects,
): Promise<readonly AnalysisVerdict[]> {
  const { rollout } = record.spec
  const step = measuredStep(rollout?.stage, allSteps(plan.spec).length)
  if (step === undefined || rollout === undefined) return []
  if (metrics === undefined) {
    return plan.spec.analysis.map(({ name }) => ({
      metric: name,
      outcome: 'inconclusive',
      reason: `${name} is measured nowhere: no metric store is set up`,
    }))
  }
  const liveSinceMs = traffic.liveSinceMs ?? Math.min(atMs, Date.parse(rollout.since))
  const given = signal === undefined ? {} : { signal }
  return analyse({ metrics, plan, step, liveSinceMs, nowMs: atMs, deadlineMs, ...given })
}

function measuredStep(stage: Stage | undefined, last: number): number | undefined {
  if (stage?.phase === 'promoting') return last
  if (stage?.phase !== 'progressing') return undefined
  // While the pods of a step are awaited, requests still go where the step before has sent them.
  const step = stage.part === 'live' ? stage.step : stage.step - 1
  return step > 0 ? step : undefined
}
