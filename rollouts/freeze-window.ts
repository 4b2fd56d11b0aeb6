import { scheduleProblem } from '../manifests/cron-schedule.ts'
import { isTimeZone } from '../manifests/time-zone.ts'
import { nominalSeconds } from './freeze-duration.ts'
import type { PlanProblem } from './plan-problem.ts'
import { localTime, recurrenceProblem } from './recurrence-rule.ts'

/**
 * A time in which no step of a rollout is entered, again and again. An abort always is.
 *
 * Its starts are times of a clock in its zone. One that the clock jumps over, when summer time
 * begins, is when it has jumped; one that it shows twice, when summer time ends, counts both times:
 * in doubt it is frozen.
 */
export type FreezeWindow = CronFreezeWindow | RecurringFreezeWindow

/** Starts by a cron expression, as that of a CronJob. */
export interface CronFreezeWindow extends FreezeWindowProps {
  /** Cron expression of its starts, five fields. */
  readonly schedule: string
}

/** Starts by a recurrence rule, as an event in a calendar does. */
export interface RecurringFreezeWindow extends FreezeWindowProps {
  /** As RFC 5545 has it: `FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20`. By days at the most often. */
  readonly rrule: string
  /** First start, as the clock shows it there: `2026-12-20T18:00`. */
  readonly dtstart: string
}

interface FreezeWindowProps {
  /**
   * How long it lasts, at most 366 days, as an ISO 8601 duration: `PT12H`. Weeks and days are those
   * of the clock, hours and less are elapsed time, as in RFC 5545.
   */
  readonly duration: string
  /** IANA time zone of its starts: `Asia/Seoul`. */
  readonly timeZone: string
  /** Why; shown to whoever is refused. */
  readonly reason: string
}

/** What is wrong with a freeze window. `field` is where it stands. */
export const freezeWindowProblems = (window: FreezeWindow, field: string): PlanProblem[] => [
  ...('rrule' in window ? recurrenceProblems(window, field) : scheduleProblems(window, field)),
  ...durationProblems(window, field),
  ...whereAndWhyProblems(window, field),
]

/** What a schedule has between commas. Kubernetes takes `+5` and nothing at all, too. */
const PLAIN = /^(?:@[a-z]+|(?:[*?]|\w+(?:-\w+)?)(?:\/(\d+))?)$/

/** Beyond them a step says nothing. */
const MOST_STEPS = [59, 23, 31, 12, 6]

function findScheduleProblem(schedule: string): string | undefined {
  // It must start at times of the clock: an interval would start when somebody first looks.
  if (schedule.startsWith('@every')) return 'must name times'
  const problem = scheduleProblem(schedule)
  if (problem !== undefined) return problem
  const parts = schedule.trim().split(/\s+/)
  const odd = parts.flatMap((part, index) =>
    part.split(',').filter((range) => {
      const match = PLAIN.exec(range)
      return match === null || Number(match[1] ?? 0) > (MOST_STEPS[index] ?? 0)
    }),
  )
  return odd.length === 0 ? undefined : `must not have '${odd[0]}'`
}

function scheduleProblems({ schedule }: CronFreezeWindow, field: string): PlanProblem[] {
  const problem = findScheduleProblem(schedule)
  if (problem === undefined) return []
  return [
    {
      field: `${field}.schedule`,
      value: schedule,
      problem,
      remedy: "Write minute, hour, day, month and weekday, as '0 18 * * FRI'",
    },
  ]
}

function recurrenceProblems(
  { rrule, dtstart }: RecurringFreezeWindow,
  field: string,
): PlanProblem[] {
  const problems: PlanProblem[] = []
  const ruleProblem = recurrenceProblem(rrule)
  if (ruleProblem !== undefined) {
    problems.push({
      field: `${field}.rrule`,
      value: rrule,
      problem: ruleProblem,
      remedy: "Write a rule of RFC 5545, as 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20'",
    })
  }
  if (localTime(dtstart) === undefined) {
    problems.push({
      field: `${field}.dtstart`,
      value: dtstart,
      problem: 'must be a time of the clock in `timeZone`, without an offset',
      remedy: "Write the first start, as '2026-12-20T18:00'",
    })
  }
  return problems
}

/** A year, so that looking for the windows around an instant has an end. */
const MOST_SECONDS = 366 * 86_400

function durationProblems({ duration }: FreezeWindow, field: string): PlanProblem[] {
  const seconds = nominalSeconds(duration)
  if (seconds !== undefined && seconds > 0 && seconds <= MOST_SECONDS) return []
  const isTooLong = seconds !== undefined && seconds > 0
  return [
    {
      field: `${field}.duration`,
      value: duration,
      problem: isTooLong
        ? 'must be at most 366 days'
        : 'must be an ISO 8601 duration of weeks, days, hours, minutes and seconds',
      remedy: isTooLong
        ? 'Stop everything for good by a file STOP on the branch'
        : "Write it as 'PT12H' or 'P2DT6H'",
    },
  ]
}

function whereAndWhyProblems({ timeZone, reason }: FreezeWindow, field: string): PlanProblem[] {
  const problems: PlanProblem[] = []
  if (!isTimeZone(timeZone)) {
    problems.push({
      field: `${field}.timeZone`,
      value: timeZone,
      problem: 'must be a time zone of the IANA database',
      remedy: "Write it as 'Asia/Seoul' or 'UTC'",
    })
  }
  if (reason.trim() === '') {
    problems.push({
      field: `${field}.reason`,
      problem: 'must say why',
      remedy: 'Write what whoever is refused should know',
    })
  }
  return problems
}
