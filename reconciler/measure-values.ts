import type { QueryMetric } from '../rollouts/analysis-metric.ts'
import type { AskedValues, Metrics, TimeWindow } from '../rollouts/metrics.ts'
import { MetricsError } from '../rollouts/metrics-error.ts'
import { CONSECUTIVE, type MeasuredValues } from '../rollouts/verdict-of-values.ts'
import { type Measurement, measureBoth } from './measure-both.ts'

export interface MeasureValuesProps {
  readonly metrics: Metrics
  readonly metric: QueryMetric
  readonly measurement: Measurement
  readonly times: {
    readonly liveSinceMs: number
    readonly nowMs: number
    /** What the comparison covers. */
    readonly window: TimeWindow
  }
  readonly signal: AbortSignal
}

type Asked = Omit<AskedValues, 'track' | 'query'>

/** Stretches that the window of a comparison has at most: fewer could never prove anything. */
const STRETCHES = 20

/**
 * Asks for what the verdict on a query needs: its latest values on the canary, the samples behind
 * them, and both tracks side by side.
 *
 * @throws {MetricsError} why there is no answer; also while the traffic is too young
 */
export async function measureValues({
  metrics,
  metric,
  measurement,
  times,
  signal,
}: MeasureValuesProps): Promise<Omit<MeasuredValues, 'errorRate'>> {
  const { query, samplesQuery } = metric
  const { canary: track } = measurement
  const latest = latestLooks(metric, times)
  const newest = { ...latest, startMs: times.nowMs, count: 1 }
  const stretches = measurement.isCompared ? stretchesOf(metric, times.window) : undefined
  const [canary, samples, pairs] = await Promise.all([
    metrics.values({ ...latest, track, query }, signal),
    samplesQuery && metrics.values({ ...newest, track, query: samplesQuery }, signal),
    stretches &&
      measureBoth(measurement, (each) =>
        metrics.values({ ...stretches, track: each, query }, signal),
      ),
  ])
  return {
    canary,
    ...(samples && { samples: samples[0] }),
    ...(pairs?.stable && { pairs: { canary: pairs.canary, stable: pairs.stable } }),
  }
}

/** None of the looks may reach back to before the traffic was live. */
function latestLooks(
  { windowSeconds, intervalSeconds }: QueryMetric,
  { liveSinceMs, nowMs }: MeasureValuesProps['times'],
): Asked {
  const stepMs = intervalSeconds * 1000
  const startMs = nowMs - (CONSECUTIVE - 1) * stepMs
  const lookedBack = Math.min(windowSeconds, Math.floor((startMs - liveSinceMs) / 1000))
  if (lookedBack < intervalSeconds) {
    const liveSeconds = Math.max(0, Math.floor((nowMs - liveSinceMs) / 1000))
    throw new MetricsError(
      `${CONSECUTIVE} looks ${intervalSeconds} s apart need ${CONSECUTIVE * intervalSeconds} s, and the traffic has been live for ${liveSeconds} s`,
    )
  }
  return { windowSeconds: lookedBack, startMs, stepMs, count: CONSECUTIVE }
}

/** Stretches that do not overlap, so that each tells something of its own. */
function stretchesOf(metric: QueryMetric, { startMs, endMs }: TimeWindow): Asked | undefined {
  const seconds = Math.max(1, Math.round(metric.windowSeconds / STRETCHES))
  const stepMs = seconds * 1000
  const count = Math.floor((endMs - startMs) / stepMs)
  if (count === 0) return undefined
  return { windowSeconds: seconds, startMs: startMs + stepMs, stepMs, count }
}
