/** Figures in the reason of a verdict, as people read them: `1,204`, `97.1 %`. */

let whole: Intl.NumberFormat | undefined

export function countText(count: number): string {
  // Not before somebody wants one: the first of a process takes half as long as Node to start.
  whole ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
  return whole.format(count)
}

/** A number of no known unit. */
export const valueText = (value: number): string =>
  new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 }).format(value)

/**
 * A percentage with one digit more than the limit that it is held against, rounded towards what is
 * bad: what misses its limit never reads as if it met it.
 */
export function percentText(percent: number, limit: number, bad: 'low' | 'high'): string {
  const digits = Math.min(8, decimalsOf(limit) + 1)
  const factor = 10 ** digits
  // Rounded first: 97.1 times 100 is 9709.999… in floating point.
  const scaled = Number((percent * factor).toFixed(4))
  const rounded = (bad === 'low' ? Math.floor(scaled) : Math.ceil(scaled)) / factor
  return limitText(rounded)
}

export const limitText = (percent: number): string => `${Number(percent.toFixed(8))} %`

const decimalsOf = (value: number): number =>
  Number(value.toFixed(8)).toString().split('.')[1]?.length ?? 0
