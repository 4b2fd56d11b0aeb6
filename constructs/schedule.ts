import { scheduleProblem } from '../manifests/cron-schedule.ts'
import { isTimeZone } from '../manifests/time-zone.ts'
import { howToWrite, readBy, type Shape, shape } from './shape.ts'

/** A cron expression; what is wrong with one is said as Kubernetes would. */
export const SCHEDULE: Shape<string> = readBy(
  { expected: 'a cron expression', example: "'0 3 * * *'" },
  (value, option, mistakes, self) => {
    const problem =
      typeof value === 'string' ? scheduleProblem(value) : `must be ${self.expected}, as text`
    if (problem === undefined) return value as string
    const remedy = `${howToWrite(self, option)}, for three o'clock every day`
    mistakes.add({ option, value, problem, remedy })
    return undefined
  },
)

export const TIME_ZONE: Shape<string> = shape({
  expected: 'a time zone of the IANA database, upper and lower case as there',
  example: "'Asia/Seoul'` or `'UTC'",
  is: (value) => typeof value === 'string' && isTimeZone(value),
})
