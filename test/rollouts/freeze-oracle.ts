/*
 * What freeze windows come to, the slow way: a walk over every minute, with the clock read from Intl
 * and schedules as sets of numbers. Shares nothing with the code that it judges.
 */

const MINUTE = 60_000
const DAY = 86_400_000

/** Numbers that a field of a cron expression allows; `undefined` if any. */
export interface CronSets {
  readonly minutes: readonly number[] | undefined
  readonly hours: readonly number[] | undefined
  readonly days: readonly number[] | undefined
  readonly months: readonly number[] | undefined
  readonly weekdays: readonly number[] | undefined
}

/** A rule that repeats the time of day of its first start. */
export interface RuleSets {
  readonly frequency: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  readonly interval: number
  readonly weekdays: readonly number[] | undefined
  readonly count: number | undefined
  /** As the clock shows it, in milliseconds as if it were UTC. */
  readonly first: number
}

export interface OracleWindow {
  readonly starts: CronSets | RuleSets
  readonly days: number
  readonly minutes: number
  readonly timeZone: string
}

const QUARTER = 15 * MINUTE

/** By zone and quarter of an hour: clocks are changed at none but full ones. */
const offsets = new Map<string, Map<number, number>>()

/** What the clock shows, in milliseconds as if it were UTC. */
export function clockAt(instant: number, timeZone: string): number {
  const known = offsets.get(timeZone) ?? new Map<number, number>()
  offsets.set(timeZone, known)
  const quarter = Math.floor(instant / QUARTER) * QUARTER
  const offset = known.get(quarter) ?? readClock(quarter, timeZone) - quarter
  known.set(quarter, offset)
  return instant + offset
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const two = '2-digit'
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two },
  })
  formats.set(timeZone, format)
  return format
}

function readClock(instant: number, timeZone: string): number {
  const format = formats.get(timeZone) ?? formatOf(timeZone)
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  ) as Record<string, number>
  const { year = 0, month = 0, day, hour, minute, second } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

const allows = (set: readonly number[] | undefined, value: number): boolean =>
  set === undefined || set.includes(value)

function cronStartsAt(sets: CronSets, time: number): boolean {
  // Most minutes are none, and are told without a date.
  if (!allows(sets.minutes, (time / MINUTE) % 60)) return false
  const date = new Date(time)
  const isDay = allows(sets.days, date.getUTCDate())
  const isWeekday = allows(sets.weekdays, date.getUTCDay())
  const isEither = sets.days !== undefined && sets.weekdays !== undefined
  return (
    allows(sets.hours, date.getUTCHours()) &&
    allows(sets.months, date.getUTCMonth() + 1) &&
    (isEither ? isDay || isWeekday : isDay && isWeekday)
  )
}

/** Days since some Monday. */
const dayNumber = (time: number): number => Math.floor(time / DAY) + 3

function ruleDayMatches(rule: RuleSets, day: number): boolean {
  const [date, first] = [new Date(day), new Date(rule.first)]
  const months = (at: Date) => at.getUTCFullYear() * 12 + at.getUTCMonth()
  const isSameDate = date.getUTCDate() === first.getUTCDate()
  switch (rule.frequency) {
    case 'DAILY':
      return (
        (dayNumber(day) - dayNumber(rule.first)) % rule.interval === 0 &&
        allows(rule.weekdays, date.getUTCDay())
      )
    case 'WEEKLY': {
      const weeks = Math.floor(dayNumber(day) / 7) - Math.floor(dayNumber(rule.first) / 7)
      return (
        weeks % rule.interval === 0 &&
        allows(rule.weekdays ?? [first.getUTCDay()], date.getUTCDay())
      )
    }
    case 'MONTHLY':
      return isSameDate && (months(date) - months(first)) % rule.interval === 0
    case 'YEARLY':
      return isSameDate && (months(date) - months(first)) % (12 * rule.interval) === 0
  }
}

const ruleStarts = new WeakMap<RuleSets, ReadonlySet<number>>()

/** All starts of a rule within twenty years of the first. */
function startsOfRule(rule: RuleSets): ReadonlySet<number> {
  let starts = ruleStarts.get(rule)
  if (starts === undefined) {
    const days = Array.from({ length: 20 * 366 }, (_, index) => rule.first + index * DAY)
    starts = new Set(days.filter((day) => ruleDayMatches(rule, day)).slice(0, rule.count))
    ruleStarts.set(rule, starts)
  }
  return starts
}

const startsAt = ({ starts }: OracleWindow, time: number): boolean =>
  'frequency' in starts ? startsOfRule(starts).has(time) : cronStartsAt(starts, time)

/** The first instant at which the clock shows a time, or would if it were not put forward. */
function instantOf(time: number, timeZone: string): number {
  const around = [time - DAY, time + DAY].map((near) => clockAt(near, timeZone) - near)
  const [before = 0] = around
  const exact = around
    .map((offset) => time - offset)
    .filter((instant) => clockAt(instant, timeZone) === time)
  return exact.length === 0 ? time - before : Math.min(...exact)
}

function endOf({ days, minutes, timeZone }: OracleWindow, start: number): number {
  const day = days === 0 ? start : instantOf(clockAt(start, timeZone) + days * DAY, timeZone)
  return day + minutes * MINUTE
}

/** Whether it starts now, or at a minute that the clock has jumped over since the one before. */
function startsBetween(window: OracleWindow, before: number, now: number): boolean {
  for (let time = before + MINUTE; time < now; time += MINUTE) {
    if (startsAt(window, time)) return true
  }
  return startsAt(window, now)
}

/** Whether each minute of a span is frozen. Both ends are whole minutes. */
export function frozenMinutes(
  windows: readonly OracleWindow[],
  from: number,
  to: number,
): readonly boolean[] {
  const frozen = new Array<boolean>(Math.round((to - from) / MINUTE)).fill(false)
  for (const window of windows) {
    const lookBack = window.days * DAY + window.minutes * MINUTE + 2 * DAY
    let before = clockAt(from - lookBack - MINUTE, window.timeZone)
    let until = 0
    for (let instant = from - lookBack; instant < to; instant += MINUTE) {
      const now = clockAt(instant, window.timeZone)
      if (startsBetween(window, before, now)) until = Math.max(until, endOf(window, instant))
      if (instant >= from && instant < until) frozen[(instant - from) / MINUTE] = true
      before = now
    }
  }
  return frozen
}
