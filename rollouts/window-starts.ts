import { Cron } from 'croner'
import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import type { CronFreezeWindow, FreezeWindow, RecurringFreezeWindow } from './freeze-window.ts'
import { localTime } from './recurrence-rule.ts'

/**
 * Times of a clock are in milliseconds here, as if its zone were UTC, so that which day has an hour
 * too many is a question of its own.
 */
export interface WindowStarts {
  /** The last start at or before a time of the clock; `undefined` if there is none. */
  lastUntil(time: number): number | undefined
  /** Instant after which none starts, in milliseconds since the epoch. @default - there is none */
  readonly end?: number
}

/** When a freeze window starts. It must be sound. */
export const windowStarts = (window: FreezeWindow): WindowStarts =>
  'rrule' in window ? recurringStarts(window) : cronStarts(window)

const SECOND = 1000

function cronStarts({ schedule }: CronFreezeWindow): WindowStarts {
  const cron = new Cron(schedule, { mode: '5-part', sloppyRanges: true, utcOffset: 0 })
  // As for February 30. It takes a search through many years to know.
  let isNever = false
  return {
    lastUntil: (time) => {
      if (isNever) return undefined
      const next = (Math.floor(time / SECOND) + 1) * SECOND
      const last = cron.previousRuns(1, new Date(next))[0]?.getTime()
      isNever = last === undefined
      return last
    },
  }
}

const UNTIL = /;?UNTIL=([^;]*)/

/** Days from 1970 on, and then some. */
const MOST_PERIODS = 100_000

function recurringStarts({ rrule, dtstart }: RecurringFreezeWindow): WindowStarts {
  const first = localTime(dtstart) ?? Number.NaN
  // An instant, unlike everything else in a rule.
  const until = UNTIL.exec(rrule)?.[1]?.replace('Z', '')
  const end = until === undefined ? undefined : localTime(until)
  const rule = {
    rruleString: rrule.replace(UNTIL, '').replace(/^;/, ''),
    dtstart: asIfUtc(first),
    maxIterations: MOST_PERIODS,
  }
  return {
    lastUntil: (time) => {
      if (time < first) return undefined
      // With an end of its own it gives up looking for what never is, as February 30.
      const starts = new RRuleTemporal({ ...rule, until: asIfUtc(time) })
      return starts.previous(new Date(time), true)?.epochMilliseconds
    },
    ...(end !== undefined && { end }),
  }
}

const asIfUtc = (time: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO('UTC')
