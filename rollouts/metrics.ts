/**
 * What a metric store is asked for. The promise that verdicts rely on: both tracks are measured
 * over exactly the window that is given, and counts are of requests that were really counted in it,
 * neither extrapolated to its edges nor smoothed, so that a later look at a longer window only adds.
 *
 * A store that cannot answer throws; a track without requests is no error, its counts are 0. Every
 * call ends soon after its signal aborts.
 */
export interface Metrics {
  /**
   * How many requests a track answered, and how many of them failed on the server's side.
   *
   * @throws {MetricsError} why there is no answer
   */
  failures(track: MeasuredTrack, window: TimeWindow, signal: AbortSignal): Promise<RequestCounts>

  /**
   * How many requests a track answered, and how many of them took longer than about `limitMs`.
   *
   * @throws {MetricsError} why there is no answer
   */
  slowness(
    track: MeasuredTrack,
    window: TimeWindow,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<SlowRequestCounts>

  /**
   * What a query of the user's own answers at each of some instants, oldest first; `undefined`
   * where it has no answer.
   *
   * @throws {MetricsError} why there is no answer to any
   */
  values(asked: AskedValues, signal: AbortSignal): Promise<readonly (number | undefined)[]>
}

/** One track of an app, by all the names that a store may know it by. */
export interface MeasuredTrack {
  readonly namespace: string
  readonly app: string
  readonly track: 'stable' | 'canary'
  readonly deployment: string
  /** The one that selects its pods alone. */
  readonly service: string
}

/** Milliseconds since 1970, by the clock of the cluster. */
export interface TimeWindow {
  readonly startMs: number
  readonly endMs: number
}

export interface RequestCounts {
  /** Requests that were answered, well or not. */
  readonly total: number
  /** Those that failed, or were too slow. */
  readonly bad: number
  /**
   * Up to when the requests of all processes were counted, in milliseconds since 1970.
   *
   * @default - the end of the window
   */
  readonly countedUntilMs?: number
}

export interface SlowRequestCounts extends RequestCounts {
  /** What counted as too slow: histograms know only the boundaries of their buckets. */
  readonly boundaryMs: number
}

export interface AskedValues {
  readonly track: MeasuredTrack
  /** As in the plan, with its variables. */
  readonly query: string
  /** The time that `$window` stands for. */
  readonly windowSeconds: number
  /** The first instant, in milliseconds since 1970. */
  readonly startMs: number
  /** From one instant to the next. */
  readonly stepMs: number
  /** How many instants, at least 1. */
  readonly count: number
}
