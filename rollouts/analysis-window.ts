import type { TimeWindow } from './metrics.ts'

export interface AnalysisWindow extends TimeWindow {
  /** Which of the windows of its step it is, from 0. The error rate is shared among them. */
  readonly number: number
}

export interface AnalysisWindowProps {
  /** When the traffic of the step was live. */
  readonly liveSinceMs: number
  readonly nowMs: number
  /** Longest time looked back. */
  readonly windowSeconds: number
}

/**
 * The time that a look covers. It starts with the step's traffic until the longest time back is
 * reached, then half of that later, and so on, so that it is never shorter than half once it could
 * be longer. Each of these windows has one start however often one looks, without anything being
 * remembered: that is what makes an error rate for any number of looks possible.
 */
export function analysisWindow({
  liveSinceMs,
  nowMs,
  windowSeconds,
}: AnalysisWindowProps): AnalysisWindow {
  const halfMs = windowSeconds * 500
  const number = Math.max(0, Math.floor((nowMs - liveSinceMs) / halfMs) - 1)
  return { startMs: liveSinceMs + number * halfMs, endMs: Math.max(nowMs, liveSinceMs), number }
}
