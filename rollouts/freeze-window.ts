import { scheduleProblem } from '../manifests/cron-schedule.ts'
import { isTimeZone } from '../manifests/time-zone.ts'
import type { PlanProblem } from './plan-problem.ts'

/** A time in which no step of a rollout is entered. An abort always is. */
export interface FreezeWindow {
  /** Cron expression of its starts, five fields. */
  readonly schedule: string
  /** How long it lasts, as an ISO 8601 duration: `PT12H`. */
  readonly duration: string
  /** IANA time zone of the schedule: `Asia/Seoul`. */
  readonly timeZone: string
  /** Why; shown to whoever is refused. */
  readonly reason: string
}

const DURATION = /^P(?=\d|T\d)(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?$/

/** What is wrong with a freeze window. `field` is where it stands. */
export function freezeWindowProblems(window: FreezeWindow, field: string): PlanProblem[] {
  const { schedule, duration, timeZone, reason } = window
  const problems: PlanProblem[] = []
  // It must start at times of the clock: an interval would start when somebody first looks.
  const cronProblem = schedule.startsWith('@every') ? 'must name times' : scheduleProblem(schedule)
  if (cronProblem !== undefined) {
    problems.push({
      field: `${field}.schedule`,
      value: schedule,
      problem: cronProblem,
      remedy: "Write minute, hour, day, month and weekday, as '0 18 * * FRI'",
    })
  }
  if (!DURATION.test(duration) || !/[1-9]/.test(duration)) {
    problems.push({
      field: `${field}.duration`,
      value: duration,
      problem: 'must be an ISO 8601 duration of weeks, days, hours, minutes and seconds',
      remedy: "Write it as 'PT12H' or 'P2DT6H'",
    })
  }
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
