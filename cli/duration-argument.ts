import { InvalidArgumentError } from 'commander'

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/**
 * `30s`, `1.5m`, `500ms`, `2h`, in milliseconds.
 *
 * @throws {InvalidArgumentError}
 */
export function durationMs(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  const unitMs = UNITS_MS[unit]
  if (number === undefined || unitMs === undefined) {
    throw new InvalidArgumentError('Write a number and its unit: 30s, 1.5m, 500ms, 2h.')
  }
  return Number(number) * unitMs
}

/** `3 s`, `5 min`, `2 h`: as exact as people need it. */
export function inWords(ms: number): string {
  const seconds = Math.max(ms, 0) / 1000
  if (seconds < 120) return `${Number(seconds.toFixed(seconds < 60 ? 1 : 0))} s`
  if (seconds < 120 * 60) return `${Math.round(seconds / 60)} min`
  const hours = seconds / 3600
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`
}
