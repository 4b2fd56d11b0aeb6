import { gammaln } from 'simple-statistics'
import type { RequestCounts } from './metrics.ts'

/**
 * How strongly counts speak against the canary, as the natural logarithm of a likelihood ratio: how
 * much better they fit a mixture of all rates than the best one of those that are acceptable.
 *
 * Promised: while the true rate is acceptable, the probability that the evidence of one growing
 * sample *ever* reaches `ln(1 / α)` is at most α, however often and whenever one looks. For every
 * single rate the ratio is a martingale that starts at 1 (Ville's inequality; Robbins 1970), and
 * taking the best of the acceptable ones only makes it smaller. It depends on the counts alone,
 * so nothing has to be remembered between looks.
 *
 * Assumed: requests of a track are bad independently of each other, at one rate in a window.
 */
export function isProven(evidence: number, errorRate: number): boolean {
  return evidence >= -Math.log(errorRate)
}

/** Evidence that more than `allowed` of the requests are bad. */
export function evidenceAbove({ bad, total }: RequestCounts, allowed: number): number {
  if (bad <= allowed * total) return 0
  return logMixture(bad, total, allowed) - logLikelihood(bad, total, allowed)
}

export interface Comparison {
  readonly canary: RequestCounts
  readonly stable: RequestCounts
  /** By how much the canary's rate may be above stable's. */
  readonly margin: number
  /** A rate of the size that is to be expected. It affects how soon something is seen, not the error. */
  readonly expected: number
}

/** Evidence that the canary's rate is above stable's by more than the margin. */
export function evidenceWorse({ canary, stable, margin, expected }: Comparison): number {
  if (stable.total === 0 || canary.total === 0) return 0
  if (canary.bad / canary.total <= stable.bad / stable.total + margin) return 0
  const mixture =
    logMixture(canary.bad, canary.total, expected) + logMixture(stable.bad, stable.total, expected)
  return mixture - bestAcceptable({ canary, stable, margin })
}

/** Smallest rate that is told from none. */
const TINY = 1e-12
/** Halvings, enough for the width of 1 to become less than the smallest rate. */
const HALVINGS = 40

/**
 * Logarithm of the greatest likelihood with the canary's rate the margin above stable's. The slope
 * only falls, so its zero is found by halving.
 */
function bestAcceptable({ canary, stable, margin }: Omit<Comparison, 'expected'>): number {
  let low = TINY
  let high = 1 - margin - TINY
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const rate = (low + high) / 2
    if (slope(stable, rate) + slope(canary, rate + margin) > 0) low = rate
    else high = rate
  }
  return (
    logLikelihood(stable.bad, stable.total, low) +
    logLikelihood(canary.bad, canary.total, low + margin)
  )
}

const slope = ({ bad, total }: RequestCounts, rate: number): number =>
  bad / rate - (total - bad) / (1 - rate)

const logLikelihood = (bad: number, total: number, rate: number): number =>
  bad * Math.log(rate) + (total - bad) * Math.log1p(-rate)

/**
 * Logarithm of the likelihood under all rates, weighted by a beta distribution with `expected` as
 * its mean: Jeffreys' half of a bad request, and as many good ones as go with it.
 */
function logMixture(bad: number, total: number, expected: number): number {
  const good = (0.5 * (1 - expected)) / expected
  return logBeta(bad + 0.5, total - bad + good) - logBeta(0.5, good)
}

const logBeta = (a: number, b: number): number => gammaln(a) + gammaln(b) - gammaln(a + b)
