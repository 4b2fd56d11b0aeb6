/**
 * An amount of CPU, memory or anything else that is counted in resources, exactly as the API server
 * understands it: in billionths, which is as fine as Kubernetes goes.
 */
export interface Quantity {
  readonly nanos: bigint
  /** The family of suffixes that it was written with, and is written with again. */
  readonly format: QuantityFormat
}

/** `BinarySI` is `Ki`, `Mi`, …; `DecimalSI` is `m`, `k`, `M`, … or none; `DecimalExponent` is `e3`. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent'

/** A string is not a quantity of Kubernetes. */
export class InvalidQuantityError extends Error {
  override readonly name = 'InvalidQuantityError'
  readonly code = 'INVALID_QUANTITY'
  readonly remedy =
    'Write a number with one of the suffixes n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei, or none'

  constructor(value: unknown) {
    super(`Expected a quantity like '500m' or '1Gi', got ${JSON.stringify(value) ?? typeof value}`)
  }
}

const SYNTAX = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([numkMGTPE]?|[KMGTPE]i|[eE][+-]?[0-9]{1,2})$/

const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

const NANOS = 1_000_000_000n

/** Amounts with a binary suffix are cut off here; those with a decimal suffix are not. */
const LARGEST_BINARY = (2n ** 63n - 1n) * NANOS

/**
 * Reads a quantity. What is finer than a billionth is rounded away from zero: who asks for a
 * little gets a little.
 *
 * Stricter than the API server in three spellings: no spaces, no bare suffix (it takes `Ki` for 0),
 * and exponents of at most two digits.
 *
 * @throws {InvalidQuantityError}
 */
export function parseQuantity(value: unknown): Quantity {
  const written = typeof value === 'number' ? String(value) : value
  const match = typeof written === 'string' ? SYNTAX.exec(written) : null
  const [, sign, whole = '', fraction = '', suffix = ''] = match ?? []
  if (match === null || whole + fraction === '') throw new InvalidQuantityError(value)

  const { base, exponent, format } = interpretSuffix(suffix)
  // The digits count 10^-(length of the fraction), and nanos are 10^-9 more.
  const digits = BigInt(whole + fraction)
  const scaled = base === 2 ? digits * 2n ** BigInt(exponent) : digits
  const nanos = shiftDecimal(scaled, 9 - fraction.length + (base === 10 ? exponent : 0))
  const capped = format === 'BinarySI' && nanos > LARGEST_BINARY ? LARGEST_BINARY : nanos
  return { nanos: sign === '-' ? -capped : capped, format }
}

/**
 * The canonical form of a quantity: `1` for `1000m`, `500m` for `0.5`, `1Gi` for `1024Mi`. It has no
 * fraction and the largest suffix that keeps it exact, and the API server never changes it, so what
 * was written and what is stored stay equal.
 */
export function formatQuantity({ nanos, format }: Quantity): string {
  const isBelowKibi = -1024n * NANOS < nanos && nanos < 1024n * NANOS
  if (format === 'BinarySI' && nanos % NANOS === 0n && !isBelowKibi) {
    const { amount, steps } = divideOut(nanos / NANOS, 1024n, BINARY_SUFFIXES.length - 1)
    return `${amount}${BINARY_SUFFIXES[steps]}`
  }
  if (format === 'DecimalExponent') {
    const { amount, steps } = divideOut(nanos, 1000n, Number.POSITIVE_INFINITY)
    return steps === 3 || amount === 0n ? `${amount}` : `${amount}e${3 * steps - 9}`
  }
  const { amount, steps } = divideOut(nanos, 1000n, DECIMAL_SUFFIXES.length - 1)
  return amount === 0n ? '0' : `${amount}${DECIMAL_SUFFIXES[steps]}`
}

/**
 * {@link formatQuantity} of what was written.
 *
 * @throws {InvalidQuantityError}
 */
export const canonicalQuantity = (written: string | number): string =>
  formatQuantity(parseQuantity(written))

/**
 * Compares by amount, whatever the suffixes: negative if `a` is less, 0 if equal, positive if more.
 *
 * @throws {InvalidQuantityError}
 */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = parseQuantity(a).nanos - parseQuantity(b).nanos
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

function interpretSuffix(suffix: string): {
  base: 2 | 10
  exponent: number
  format: QuantityFormat
} {
  const decimal = DECIMAL_SUFFIXES.indexOf(suffix)
  if (decimal >= 0) return { base: 10, exponent: 3 * decimal - 9, format: 'DecimalSI' }
  const binary = BINARY_SUFFIXES.indexOf(suffix)
  if (binary >= 0) return { base: 2, exponent: 10 * binary, format: 'BinarySI' }
  return { base: 10, exponent: Number(suffix.slice(1)), format: 'DecimalExponent' }
}

/** `value * 10^places`, rounded up where digits are lost. */
function shiftDecimal(value: bigint, places: number): bigint {
  if (places >= 0) return value * 10n ** BigInt(places)
  const divisor = 10n ** BigInt(-places)
  return (value + divisor - 1n) / divisor
}

function divideOut(
  value: bigint,
  divisor: bigint,
  maxSteps: number,
): { amount: bigint; steps: number } {
  let amount = value
  let steps = 0
  while (amount !== 0n && amount % divisor === 0n && steps < maxSteps) {
    amount /= divisor
    steps++
  }
  return { amount, steps }
}
