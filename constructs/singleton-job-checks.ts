import { scheduleProblem } from '../manifests/cron-schedule.ts'
import { isTimeZone } from '../manifests/time-zone.ts'
import type { Mistakes } from './mistakes.ts'
import type { SingletonJobProps } from './singleton-job-props.ts'

/** The controller looks every 10 s: with a shorter deadline it may never see a run in time. */
const LEAST_STARTING_DEADLINE_SECONDS = 10

export function checkSingletonJob(props: SingletonJobProps, mistakes: Mistakes): void {
  checkTimes(props, mistakes)
  const { retries, history, fatalExitCodes = [] } = props
  for (const [option, value] of [
    ['retries', retries],
    ['history.successful', history?.successful],
    ['history.failed', history?.failed],
  ] as const) {
    if (value === undefined || (Number.isInteger(value) && value >= 0)) continue
    const problem = 'must be a whole number of at least 0'
    mistakes.add({ option, value, problem, remedy: 'Write a count' })
  }
  for (const value of fatalExitCodes) {
    if (Number.isInteger(value) && value >= 1 && value <= 255) continue
    mistakes.add({
      option: 'fatalExitCodes',
      value,
      problem: 'must be exit codes of a failure, 1 to 255',
      remedy: 'Remove it',
    })
  }
}

function checkTimes(
  { schedule, timeZone, startingDeadline, deadline }: SingletonJobProps,
  mistakes: Mistakes,
): void {
  const problem = scheduleProblem(schedule)
  if (problem !== undefined) {
    const remedy = "Write it as `'0 3 * * *'`, for three o'clock every day"
    mistakes.add({ option: 'schedule', value: schedule, problem, remedy })
  }
  if (!isTimeZone(timeZone)) {
    mistakes.add({
      option: 'timeZone',
      value: timeZone,
      problem: 'is not a time zone of the IANA database',
      remedy: "Write it as 'Asia/Seoul' or 'UTC', upper and lower case as there",
    })
  }
  const late = startingDeadline?.toSeconds({ integral: false })
  if (late !== undefined && late < LEAST_STARTING_DEADLINE_SECONDS) {
    mistakes.add({
      option: 'startingDeadline',
      value: `${late}s`,
      problem: `must be at least ${LEAST_STARTING_DEADLINE_SECONDS} s, or runs are missed`,
      remedy: 'Use Duration.minutes(5)',
    })
  }
  if (deadline !== undefined && deadline.toSeconds({ integral: false }) < 1) {
    mistakes.add({
      option: 'deadline',
      value: `${deadline.toSeconds({ integral: false })}s`,
      problem: 'must be at least 1 s',
      remedy: 'Use as long as the slowest run may take, as Duration.hours(1)',
    })
  }
}
