import type { QueryMetric } from './analysis-metric.ts'
import type { AnalysisVerdict } from './analysis-verdict.ts'
import { evidenceAbove, isProven } from './verdict-evidence.ts'
import { countText, valueText } from './verdict-figures.ts'

/** Looks in a row at which a value must be beyond its limit before that is a failure. */
export const CONSECUTIVE = 3

type Values = readonly (number | undefined)[]

export interface MeasuredValues {
  /** As many as `CONSECUTIVE`, one interval apart, oldest first. */
  readonly canary: Values
  /** Samples behind the newest value; absent if the plan does not ask. */
  readonly samples?: number | undefined
  /** Both tracks in the same stretches of time, which do not overlap; absent if not compared. */
  readonly pairs?: { readonly canary: Values; readonly stable: Values }
  /** Of the comparison. */
  readonly errorRate: number
}

/**
 * What a query of the user's own says of the canary. Nothing is known of how such a value scatters,
 * so its limits are taken at their word, but only when several looks agree; and it is compared with
 * stable by sign alone: how often the canary had the worse one of two values from the same stretch
 * of time, which for equal tracks is a coin.
 */
export function verdictOfValues(metric: QueryMetric, measured: MeasuredValues): AnalysisVerdict {
  const { canary } = measured
  const say = (outcome: AnalysisVerdict['outcome'], reason: string): AnalysisVerdict => ({
    metric: metric.name,
    outcome,
    reason,
  })
  const unusable = withoutNumbers(metric, measured)
  if (unusable !== undefined) return say('inconclusive', unusable)
  const values = canary.filter((value) => value !== undefined)
  const figure = `${metric.name} ${valueText(values.at(-1) ?? Number.NaN)}`
  const beyond = values.filter((value) => beyondWhich(metric, value) !== undefined)
  if (beyond.length === values.length) {
    const limit = beyondWhich(metric, values.at(-1) ?? Number.NaN)
    return say('fail', `${figure}, ${limit} for ${values.length} looks in a row`)
  }
  const compared = comparePairs(metric, measured)
  if (compared?.isWorse) return say('fail', `${figure}, ${compared.text}`)
  if (beyond.length > 0) {
    const looks = `${beyond.length} of ${values.length} looks`
    return say('inconclusive', `${figure}, beyond its limit in ${looks}`)
  }
  if (compared?.isEmpty) return say('inconclusive', `${figure}, but ${compared.text}`)
  return say(
    'pass',
    `${figure}, within its limit${compared === undefined ? '' : `; ${compared.text}`}`,
  )
}

function withoutNumbers(
  { minimumSamples, samplesQuery }: QueryMetric,
  { canary, samples }: MeasuredValues,
): string | undefined {
  const missing = canary.filter((value) => value === undefined).length
  if (missing > 0) return `the query has no value for ${missing} of ${canary.length} looks`
  const strange = canary.find((value) => !Number.isFinite(value))
  if (strange !== undefined) return `the query answered ${strange}, which is no number to judge by`
  if (samplesQuery === undefined) return undefined
  if (samples === undefined) return 'the query for samples has no value'
  // Not `<`: what is not a number is not enough either.
  if (!(samples >= minimumSamples)) {
    return `${countText(samples)} samples behind the value, fewer than ${countText(minimumSamples)}`
  }
  return undefined
}

function beyondWhich({ atLeast, atMost }: QueryMetric, value: number): string | undefined {
  if (atLeast !== undefined && value < atLeast) return `below ${valueText(atLeast)}`
  if (atMost !== undefined && value > atMost) return `above ${valueText(atMost)}`
  return undefined
}

interface ComparedPairs {
  readonly isWorse: boolean
  /** Whether there is no stretch of time in which both have a value. */
  readonly isEmpty: boolean
  readonly text: string
}

function comparePairs(
  metric: QueryMetric,
  { pairs, errorRate }: MeasuredValues,
): ComparedPairs | undefined {
  if (pairs === undefined) return undefined
  const differences = pairs.canary.flatMap((canary, index) => {
    const stable = pairs.stable[index]
    if (!isNumber(canary) || !isNumber(stable)) return []
    return [badness(metric, canary) - badness(metric, stable)]
  })
  if (differences.length === 0) {
    return { isWorse: false, isEmpty: true, text: 'stable has no value to compare with' }
  }
  const bad = differences.filter((difference) => difference > 0).length
  const total = differences.filter((difference) => difference !== 0).length
  return {
    isWorse: isProven(evidenceAbove({ bad, total }, 0.5), errorRate),
    isEmpty: false,
    text: `worse than on stable in ${bad} of ${differences.length} stretches of time`,
  }
}

const isNumber = (value: number | undefined): value is number =>
  value !== undefined && Number.isFinite(value)

/** Larger is worse: away from the only limit that there is, or from the middle of both. */
function badness({ atLeast, atMost }: QueryMetric, value: number): number {
  if (atLeast === undefined) return value
  return atMost === undefined ? -value : Math.abs(value - (atLeast + atMost) / 2)
}
