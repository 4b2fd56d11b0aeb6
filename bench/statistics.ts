import type { Measurement, Measurements } from './measure.ts'

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
  /** Nine in ten are not above it. */
  readonly p90: number
}

export interface Result {
  readonly name: string
  readonly wallSeconds: Spread
  readonly cpuSeconds: Spread
  /** Wall time divided by the reference's of the same round. */
  readonly ratio: Spread | undefined
}

/** Sums up what was measured, each against the reference, round by round. */
export function summarize(measurements: Measurements, reference: string): readonly Result[] {
  const base = measurements.get(reference) ?? []
  return [...measurements].map(([name, runs]) => ({
    name,
    wallSeconds: spread(runs.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: spread(runs.map(({ cpuSeconds }) => cpuSeconds)),
    ratio: name === reference ? undefined : spread(ratios(runs, base)),
  }))
}

const ratios = (runs: readonly Measurement[], base: readonly Measurement[]): number[] =>
  runs.map(({ wallSeconds }, round) => wallSeconds / (base[round]?.wallSeconds ?? Number.NaN))

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
    p90: at(Math.ceil(0.9 * sorted.length) - 1),
  }
}
