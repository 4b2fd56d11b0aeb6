const UNITS = [7 * 86_400, 86_400, 3600, 60, 1] as const

const DURATION =
  /^P(?=\d|T\d)(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/

/**
 * How long a duration of ISO 8601 lasts, as `P2DT6H`, in seconds, if every day of it has 24 hours;
 * `undefined` if it is none, or has months or years, which differ.
 */
export function nominalSeconds(duration: string): number | undefined {
  const match = DURATION.exec(duration)
  if (match === null) return undefined
  return UNITS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0)
}
