import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freezeWindowProblems } from '../../rollouts/freeze-window.ts'
import { localTime, recurrenceProblem } from '../../rollouts/recurrence-rule.ts'
import { windowStarts } from '../../rollouts/window-starts.ts'

it.each([
  'FREQ=DAILY',
  'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20',
  'BYDAY=-1FR;FREQ=MONTHLY;UNTIL=20301231T235959Z',
  'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE;BYHOUR=9,17;BYMINUTE=30;BYSECOND=0;COUNT=10',
  'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  'FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO',
  'FREQ=YEARLY;BYYEARDAY=1,-1',
])('takes %s', (rule) => {
  expect(recurrenceProblem(rule)).toBeUndefined()
})

describe.each([
  ['', 'must say how often'],
  ['every day', 'must say how often'],
  ['BYMONTH=12', 'must say how often'],
  ['FREQ=HOURLY', 'must have YEARLY, MONTHLY, WEEKLY or DAILY as FREQ'],
  ['freq=daily', 'must say how often'],
  ['FREQ=DAILY;', "must not have ''"],
  ['FREQ=DAILY;FREQ=DAILY', 'must not have FREQ twice'],
  ['FREQ=DAILY;COUNT=1;UNTIL=20301231T235959Z', 'must not have both'],
  ['FREQ=DAILY;COUNT=0', 'must have a number from 1 to 10000 as COUNT'],
  ['FREQ=DAILY;INTERVAL=1.5', "as INTERVAL, not '1.5'"],
  ['FREQ=DAILY;UNTIL=20301231', 'must have a time in UTC'],
  ['FREQ=DAILY;UNTIL=20301231T235959', 'must have a time in UTC'],
  ['FREQ=DAILY;UNTIL=20300231T235959Z', 'must have a time in UTC'],
  ['FREQ=YEARLY;BYMONTH=13', 'must have months, 1 to 12 as BYMONTH'],
  ['FREQ=YEARLY;BYMONTH=', 'must have months'],
  ['FREQ=YEARLY;BYMONTHDAY=32', 'must have days, 1 to 31'],
  ['FREQ=YEARLY;BYMONTHDAY=0', 'must have days, 1 to 31'],
  ['FREQ=DAILY;BYDAY=XX', 'must have weekdays'],
  ['FREQ=WEEKLY;BYDAY=1MO', 'must not have weekdays with numbers but with YEARLY, MONTHLY'],
  ['FREQ=MONTHLY;BYDAY=-6MO', 'must not have weekdays numbered beyond 5 but with YEARLY'],
  ['FREQ=MONTHLY;BYDAY=MO,10TU', 'must not have weekdays numbered beyond 5 but with YEARLY'],
  ['FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO', 'must not have weekdays with numbers beside BYWEEKNO'],
  ['FREQ=MONTHLY;BYWEEKNO=1', 'must not have BYWEEKNO'],
  ['FREQ=DAILY;BYYEARDAY=1', 'must not have BYYEARDAY'],
  ['FREQ=WEEKLY;BYMONTHDAY=1', 'must not have BYMONTHDAY'],
  ['FREQ=MONTHLY;BYSETPOS=1', 'must not have BYSETPOS without'],
  ['FREQ=YEARLY;BYEASTER=0', "must not have 'BYEASTER'"],
  ['RRULE:FREQ=DAILY', 'must say how often'],
])('%s', (rule, problem) => {
  it(`${problem} …`, () => {
    expect(recurrenceProblem(rule)).toContain(problem)
  })
})

it.each([
  ['2026-12-20T18:00', '2026-12-20T18:00:00.000Z'],
  ['2026-12-20T18:00:30', '2026-12-20T18:00:30.000Z'],
  ['20261220T180000', '2026-12-20T18:00:00.000Z'],
  ['2028-02-29T00:00', '2028-02-29T00:00:00.000Z'],
])('reads the time %s', (text, iso) => {
  expect(new Date(localTime(text) ?? Number.NaN).toISOString()).toBe(iso)
})

it.each([
  ...['2026-12-20', '2026-12-20T18', '2026-12-20T18:00Z', '2026-12-20T18:00+09:00', '18:00'],
  ...[
    '2026-02-29T00:00',
    '2026-13-01T00:00',
    '2026-01-01T24:00',
    '2026-1220T18:00',
    '1969-12-31T00:00',
  ],
])('reads no time from %s', (text) => {
  expect(localTime(text)).toBeUndefined()
})

const AT = Date.parse('2026-11-26T08:00Z')
const rest = { duration: 'PT1H', timeZone: 'UTC', reason: 'a test' }

const number = fc.integer({ min: -400, max: 400 })
const numbers = fc.array(number, { minLength: 1, maxLength: 3 }).map((all) => all.join())
const weekday = fc
  .tuple(fc.option(number, { nil: '' }), fc.constantFrom('MO', 'TU', 'SU'))
  .map((parts) => parts.join(''))

const part = (name: string, value: fc.Arbitrary<unknown>) => value.map((each) => `${name}=${each}`)

const ruleText = fc
  .tuple(
    part('FREQ', fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY')),
    fc.subarray([
      'INTERVAL',
      'COUNT',
      'BYMONTH',
      'BYWEEKNO',
      'BYYEARDAY',
      'BYMONTHDAY',
      'BYHOUR',
      'BYMINUTE',
      'BYSETPOS',
    ] as const),
    fc.option(fc.array(weekday, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    fc.array(numbers, { minLength: 9, maxLength: 9 }),
  )
  .map(([frequency, names, weekdays, values]) =>
    [
      frequency,
      ...(weekdays === undefined ? [] : [`BYDAY=${weekdays}`]),
      ...names.map((name, index) => `${name}=${values[index]}`),
    ].join(';'),
  )

it('what passes for a rule, the calendar can follow', () => {
  fc.assert(
    fc.property(ruleText, (rrule) => {
      const window = { rrule, dtstart: '2026-01-01T00:00', ...rest }
      if (freezeWindowProblems(window, 'window').length > 0) return
      const start = windowStarts(window).lastUntil(AT)
      expect(start === undefined || start <= AT).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

const cronPart = fc.stringMatching(
  /^(\*|\?|[0-9]{1,2})(-[0-9]{1,2})?(\/[0-9]{1,2})?(,[0-9]{1,2})?$/,
)

it('what passes for a schedule, the calendar can follow', () => {
  fc.assert(
    fc.property(
      fc.array(cronPart, { minLength: 5, maxLength: 5 }).map((parts) => parts.join(' ')),
      (schedule) => {
        const window = { schedule, ...rest }
        if (freezeWindowProblems(window, 'window').length > 0) return
        const start = windowStarts(window).lastUntil(AT)
        expect(start === undefined || start <= AT).toBe(true)
      },
    ),
    { numRuns: 5000 },
  )
})

it.each([
  ['1,,2 * * * *', "must not have ''"],
  ['+5 * * * *', "must not have '+5'"],
  ['*-3 * * * *', "must not have '*-3'"],
  ['* * * */13 *', "must not have '*/13'"],
  ['0 0 * * L', 'must be from 0 to 6'],
])('takes no schedule as %s, though some take it', (schedule, problem) => {
  expect(freezeWindowProblems({ schedule, ...rest }, 'window')).toMatchObject([
    { field: 'window.schedule', problem: expect.stringContaining(problem) },
  ])
})

it.each([
  ['P367D', 'must be at most 366 days'],
  ['P9999999999D', 'must be an ISO 8601 duration'],
  ['P1M', 'must be an ISO 8601 duration'],
  ['PT0S', 'must be an ISO 8601 duration'],
])('takes no window that lasts %s', (duration, problem) => {
  const window = { schedule: '@daily', ...rest, duration }
  expect(freezeWindowProblems(window, 'window')).toMatchObject([
    { field: 'window.duration', problem: expect.stringContaining(problem) },
  ])
})

it('says what is wrong with a rule and its first start, each by itself', () => {
  const window = { rrule: 'FREQ=HOURLY', dtstart: 'tomorrow', ...rest }
  expect(freezeWindowProblems(window, 'window').map(({ field }) => field)).toEqual([
    'window.rrule',
    'window.dtstart',
  ])
})
