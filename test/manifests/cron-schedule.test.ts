import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scheduleProblem } from '../../manifests/cron-schedule.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'

const GOOD = [
  '0 3 * * *',
  '*/15 0-6,18-23 1,15 jan-mar MON-FRI',
  '5/15 * * * *',
  '? ? ? ? ?',
  '*/90 * * * *',
  ' 0  3 * * * ',
  '0 0 31 2 *',
  '1-1 * * * *',
  ',1, * * * *',
  '@hourly',
  '@midnight',
  '@every 1h30m',
  '59 23 31 12 6',
  '* * * Dec SAT',
  '0-30/10 * * * sun,wed',
]

const BAD = [
  '',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * 32 * *',
  '* * * 0 *',
  '* * * 13 *',
  '* * * * 7',
  '* * * * fri-mon',
  '30-10 * * * *',
  '*/0 * * * *',
  '*/-5 * * * *',
  '*/1/2 * * * *',
  '1-2-3 * * * *',
  '-1 * * * *',
  '1.5 * * * *',
  'x * * * *',
  '* * L * *',
  '* * 15W * *',
  '* * * * 5#2',
  '* * * * monday',
  '@reboot',
  '@every',
  '@every fast',
  'TZ=UTC 0 3 * * *',
  'CRON_TZ=UTC 0 3 * * *',
]

describe('The schedule of a CronJob', () => {
  it.each(GOOD)('may be %j', (schedule) => {
    expect(scheduleProblem(schedule)).toBeUndefined()
  })

  it.each(BAD)('may not be %j', (schedule) => {
    expect(scheduleProblem(schedule)).toBeDefined()
  })

  it.each([
    ['60 * * * *', "must be from 0 to 59, not '60', as minute"],
    ['* * * * 7', "must be from 0 to 6, not '7', as day of the week"],
    ['* * * * *  *', 'must have five fields (has 6): minute, hour, day, month, day of the week'],
  ])('says what is wrong with %j', (schedule, problem) => {
    expect(scheduleProblem(schedule)).toBe(problem)
  })
})

const cronJob = (schedule: string) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'report' },
  spec: {
    schedule,
    timeZone: 'Asia/Seoul',
    jobTemplate: {
      spec: {
        template: {
          spec: { restartPolicy: 'Never', containers: [{ name: 'report', image: 'report:1' }] },
        },
      },
    },
  },
})

describeWithCluster('The schedule of a CronJob, on the real API server,', (cluster) => {
  it.each([...GOOD, ...BAD])('is judged in the same way: %j', async (schedule) => {
    const { accepted, message } = await cluster.dryRun(cronJob(schedule))
    expect(accepted, message).toBe(scheduleProblem(schedule) === undefined)
  })

  it('is judged in the same way whatever it is', async () => {
    const value = fc.oneof(
      fc.integer({ min: 0, max: 70 }).map(String),
      fc.constantFrom('*', '?', 'jan', 'Dec', 'sun', 'SAT', '', 'L', '+5', '007'),
    )
    const range = fc.oneof(
      value,
      fc.tuple(value, value).map((ends) => ends.join('-')),
      fc.tuple(value, value).map((parts) => parts.join('/')),
    )
    const field = fc.array(range, { minLength: 1, maxLength: 2 }).map((ranges) => ranges.join())
    const schedule = fc.array(field, { minLength: 4, maxLength: 6 }).map((parts) => parts.join(' '))
    await fc.assert(
      fc.asyncProperty(schedule, async (text) => {
        const { accepted, message } = await cluster.dryRun(cronJob(text))
        expect(accepted, message).toBe(scheduleProblem(text) === undefined)
      }),
      { numRuns: 300 },
    )
  })
})
