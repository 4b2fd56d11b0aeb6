import { analysisWindow } from '../../rollouts/analysis-window.ts'
import { errorRateOfTest } from '../../rollouts/error-rate.ts'
import { judgeRequests, type RequestJudgement } from '../../rollouts/judge-requests.ts'
import type { RequestCounts, TimeWindow } from '../../rollouts/metrics.ts'
import type { RolloutSpec } from '../../rollouts/plan.ts'
import type { Random } from '../leases/simulation/random.ts'

/** Requests of one track, second by second, of which each is bad by chance alone. */
export class SimulatedTrack {
  readonly #perSecond: number
  /** How many bad ones there have been by the end of each second. */
  readonly #bad: Uint32Array

  constructor(random: Random, seconds: number, perSecond: number, badShare: number) {
    this.#perSecond = perSecond
    this.#bad = new Uint32Array(seconds + 1)
    // From one bad request to the next, which is as exact as a draw for each and far quicker.
    const gap = () => 1 + Math.floor(Math.log(1 - random()) / Math.log1p(-badShare))
    for (let at = gap(); at <= seconds * perSecond; at += gap()) {
      const second = Math.ceil(at / perSecond)
      this.#bad[second] = (this.#bad[second] ?? 0) + 1
    }
    for (let second = 1; second <= seconds; second += 1) {
      this.#bad[second] = (this.#bad[second] ?? 0) + (this.#bad[second - 1] ?? 0)
    }
  }

  counts({ startMs, endMs }: TimeWindow): RequestCounts {
    const [from, to] = [Math.floor(startMs / 1000), Math.floor(endMs / 1000)]
    return {
      total: (to - from) * this.#perSecond,
      bad: (this.#bad[to] ?? 0) - (this.#bad[from] ?? 0),
    }
  }
}

export interface SimulatedStep {
  readonly spec: Pick<RolloutSpec, 'steps' | 'analysis'>
  readonly canary: SimulatedTrack
  /** Absent where it has no requests. */
  readonly stable?: SimulatedTrack
  readonly seconds: number
  readonly allowed: number
  readonly minimumSamples: number
  readonly windowSeconds: number
  /** Of the whole rollout. @default - that of Lockstep */
  readonly wholeErrorRate?: number
}

/** Looks every second; gives the first second with a failure and what it was. */
export function firstFailure(
  step: SimulatedStep,
): { readonly second: number; readonly judgement: RequestJudgement } | undefined {
  const { spec, canary, stable, seconds, allowed, minimumSamples, windowSeconds } = step
  const { wholeErrorRate } = step
  let window = -1
  let errorRate = 0
  for (let second = 1; second <= seconds; second += 1) {
    const looked = analysisWindow({ liveSinceMs: 0, nowMs: second * 1000, windowSeconds })
    if (looked.number !== window) {
      window = looked.number
      errorRate = errorRateOfTest(spec, window, wholeErrorRate)
    }
    const judgement = judgeRequests({
      allowed,
      minimumSamples,
      errorRate,
      canary: canary.counts(looked),
      ...(stable && { stable: stable.counts(looked) }),
    })
    if (judgement === 'beyond-limit' || judgement === 'worse-than-stable') {
      return { second, judgement }
    }
  }
  return undefined
}
