import type { MeasuredTrack } from '../rollouts/metrics.ts'

/** What is measured: the canary, and stable beside it if the two are compared. */
export interface Measurement {
  readonly canary: MeasuredTrack
  readonly stable: MeasuredTrack
  readonly isCompared: boolean
}

/** The same measure of both tracks at once. */
export async function measureBoth<Measure>(
  { canary, stable, isCompared }: Measurement,
  measure: (track: MeasuredTrack) => Promise<Measure>,
): Promise<{ readonly canary: Measure; readonly stable?: Measure }> {
  if (!isCompared) return { canary: await measure(canary) }
  const [ofCanary, ofStable] = await Promise.all([measure(canary), measure(stable)])
  return { canary: ofCanary, stable: ofStable }
}
