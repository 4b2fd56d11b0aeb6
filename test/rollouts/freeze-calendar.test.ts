import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freezeAt, freezeClosure, freezesAt } from '../../rollouts/freeze-calendar.ts'
import { type FreezeWindow, freezeWindowProblems } from '../../rollouts/freeze-window.ts'
import { type CronSets, frozenMinutes, type OracleWindow, type RuleSets } from './freeze-oracle.ts'

const MINUTE = 60_000
const DAY = 86_400_000

const cron = (schedule: string, duration: string, timeZone = 'UTC'): FreezeWindow => ({
  ...{ schedule, duration, timeZone },
  reason: `${schedule} for ${duration}`,
})

const rule = (
  rrule: string,
  dtstart: string,
  duration: string,
  timeZone = 'UTC',
): FreezeWindow => ({
  ...{ rrule, dtstart, duration, timeZone },
  reason: `${rrule} for ${duration}`,
})

const iso = (ms: number): string => new Date(ms).toISOString().replace(':00.000Z', 'Z')

/** `open`, or until when it is frozen, and whether that is an opening. */
function stateAt(windows: readonly FreezeWindow[], at: string): string {
  for (const window of windows) expect(freezeWindowProblems(window, 'window')).toEqual([])
  const freeze = freezeAt(windows, Date.parse(at))
  if (freeze === undefined) return 'open'
  return freeze.opensThen ? `until ${iso(freeze.untilMs)}` : 'endless'
}

describe.each<readonly [what: string, windows: FreezeWindow[], states: Record<string, string>]>([
  ['nothing', [], { '2026-11-26T08:00Z': 'open' }],
  [
    'an hour a day, start included, end not',
    [cron('0 18 * * *', 'PT1H')],
    {
      '2026-11-26T17:59:59.999Z': 'open',
      '2026-11-26T18:00Z': 'until 2026-11-26T19:00Z',
      '2026-11-26T18:59:59.999Z': 'until 2026-11-26T19:00Z',
      '2026-11-26T19:00Z': 'open',
    },
  ],
  [
    'weekends in Seoul',
    [cron('0 18 * * FRI', 'P2DT14H', 'Asia/Seoul')],
    {
      '2026-11-27T08:59Z': 'open',
      '2026-11-27T09:00Z': 'until 2026-11-29T23:00Z',
      '2026-11-29T22:59Z': 'until 2026-11-29T23:00Z',
      '2026-11-29T23:00Z': 'open',
    },
  ],
  [
    'windows that overlap, and one that begins where they end',
    [cron('0 10 * * *', 'PT3H'), cron('0 12 * * *', 'PT2H'), cron('0 14 * * *', 'PT30M')],
    { '2026-11-26T10:00Z': 'until 2026-11-26T14:30Z', '2026-11-26T14:30Z': 'open' },
  ],
  [
    'a window inside of another',
    [cron('0 10 * * *', 'PT6H'), cron('0 12 * * *', 'PT1H')],
    { '2026-11-26T12:30Z': 'until 2026-11-26T16:00Z' },
  ],
  [
    'a window that overlaps itself',
    [cron('0 * * * *', 'PT90M'), cron('0 0 30 2 *', 'PT1H')],
    { '2026-11-26T12:30Z': 'endless' },
  ],
  ['each day, all day', [cron('0 0 * * *', 'P1D')], { '2026-11-26T12:00Z': 'endless' }],
  ['each minute, for a minute', [cron('* * * * *', 'PT1M')], { '2026-11-26T12:00Z': 'endless' }],
  [
    'all year, by two halves',
    [
      rule('FREQ=YEARLY', '2026-01-01T00:00', 'P183D'),
      rule('FREQ=YEARLY', '2026-07-01T00:00', 'P184D'),
    ],
    { '2026-11-26T12:00Z': 'endless' },
  ],
  [
    'dates that never are',
    [
      cron('0 0 30 2 *', 'P1D'),
      rule('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2020-01-01T00:00', 'P1D'),
      rule('FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6;COUNT=3', '2020-01-01T00:00', 'P1D'),
    ],
    { '2028-02-29T12:00Z': 'open' },
  ],
  [
    'leap days',
    [cron('0 0 29 2 *', 'P1D')],
    {
      '2028-02-29T12:00Z': 'until 2028-03-01T00:00Z',
      '2027-03-01T00:00Z': 'open',
      '2026-11-26T00:00Z': 'open',
    },
  ],
  [
    'the first of the month, and Mondays',
    [cron('0 0 1 * MON', 'P1D')],
    {
      '2026-12-01T12:00Z': 'until 2026-12-02T00:00Z',
      '2026-11-30T12:00Z': 'until 2026-12-02T00:00Z',
      '2026-12-02T12:00Z': 'open',
    },
  ],
  [
    'steps, names, lists and question marks',
    [cron('5/20 9-10 ? nov,DEC mon-Thu', 'PT5M')],
    {
      '2026-11-26T09:45Z': 'until 2026-11-26T09:50Z',
      '2026-11-26T09:50Z': 'open',
      '2026-11-26T11:05Z': 'open',
      '2026-11-27T09:05Z': 'open',
    },
  ],
  [
    'every second day of the month, and Mondays',
    [cron('0 0 */2 * MON', 'PT1H')],
    {
      '2026-11-23T00:00Z': 'until 2026-11-23T01:00Z',
      '2026-11-25T00:00Z': 'until 2026-11-25T01:00Z',
      '2026-11-30T00:00Z': 'until 2026-11-30T01:00Z',
      '2026-11-26T00:00Z': 'open',
    },
  ],
  ['a nickname', [cron('@weekly', 'PT1H')], { '2026-11-29T00:30Z': 'until 2026-11-29T01:00Z' }],
  // Summer time in Berlin begins on March 29 at 01:00Z, 02:00 to 03:00, and ends on October 25.
  [
    'a start that the clock jumps over',
    [cron('30 2 * * *', 'PT1H', 'Europe/Berlin')],
    {
      '2026-03-29T00:59Z': 'open',
      '2026-03-29T01:00Z': 'until 2026-03-29T02:00Z',
      '2026-03-29T02:00Z': 'open',
    },
  ],
  [
    'a start that the clock shows twice',
    [cron('30 2 * * *', 'PT15M', 'Europe/Berlin')],
    {
      '2026-10-25T00:30Z': 'until 2026-10-25T00:45Z',
      '2026-10-25T00:45Z': 'open',
      '2026-10-25T01:30Z': 'until 2026-10-25T01:45Z',
    },
  ],
  [
    'a window that is on when the clock is put back to before its start',
    [cron('30 2 * * *', 'PT1H', 'Europe/Berlin')],
    {
      '2026-10-25T01:15Z': 'until 2026-10-25T02:30Z',
      '2026-10-25T02:30Z': 'open',
    },
  ],
  [
    'a day of the clock',
    [cron('0 12 28 3 *', 'P1D', 'Europe/Berlin')],
    { '2026-03-28T12:00Z': 'until 2026-03-29T10:00Z' },
  ],
  [
    '24 hours',
    [cron('0 12 28 3 *', 'PT24H', 'Europe/Berlin')],
    { '2026-03-28T12:00Z': 'until 2026-03-29T11:00Z' },
  ],
  [
    'a day that a country has left out',
    [cron('0 12 29 12 *', 'P1D', 'Pacific/Apia'), cron('0 6 30 12 *', 'PT24H', 'Pacific/Apia')],
    {
      // At the end of December 29 the clock went on with December 31.
      '2011-12-30T09:59Z': 'until 2011-12-31T10:00Z',
      '2011-12-30T10:30Z': 'until 2011-12-31T10:00Z',
    },
  ],
  [
    'once',
    [rule('FREQ=DAILY;COUNT=1', '2026-12-20T18:00', 'P17D', 'Asia/Seoul')],
    {
      '2026-12-20T08:59Z': 'open',
      '2026-12-20T09:00Z': 'until 2027-01-06T09:00Z',
      '2027-12-20T09:00Z': 'open',
    },
  ],
  [
    'each year around its end',
    [rule('FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20', '20261220T000000', 'P2W')],
    {
      '2025-12-24T00:00Z': 'open',
      '2031-01-02T23:59Z': 'until 2031-01-03T00:00Z',
    },
  ],
  [
    'until a last start, which is included',
    [rule('FREQ=DAILY;UNTIL=20261122T080000Z', '2026-11-20T09:00', 'PT1H', 'Europe/Berlin')],
    { '2026-11-22T08:00Z': 'until 2026-11-22T09:00Z', '2026-11-23T08:00Z': 'open' },
  ],
  [
    'until an instant before a start',
    [rule('FREQ=DAILY;UNTIL=20261122T075959Z', '2026-11-20T09:00', 'PT1H', 'Europe/Berlin')],
    { '2026-11-21T08:00Z': 'until 2026-11-21T09:00Z', '2026-11-22T08:00Z': 'open' },
  ],
  [
    'until the first of two times that the clock shows the same',
    [rule('UNTIL=20261025T003000Z;FREQ=DAILY', '2026-10-01T02:30', 'PT15M', 'Europe/Berlin')],
    { '2026-10-25T00:30Z': 'until 2026-10-25T00:45Z', '2026-10-25T01:30Z': 'open' },
  ],
  [
    'the last Friday of the month',
    [rule('FREQ=MONTHLY;BYDAY=-1FR', '2026-01-30T12:00', 'PT36H')],
    { '2026-11-27T12:00Z': 'until 2026-11-29T00:00Z', '2026-11-20T12:00Z': 'open' },
  ],
])('%s', (_, windows, states) => {
  it.each(Object.entries(states))('at %s is %s', (at, state) => {
    expect(stateAt(windows, at)).toBe(state)
  })
})

it('names the window that is on, the first of several', () => {
  const windows = [
    cron('0 0 * * *', 'PT1H'),
    cron('0 10 * * *', 'PT3H'),
    cron('0 11 * * *', 'PT1H'),
  ]
  expect(freezeAt(windows, Date.parse('2026-11-26T11:30Z'))?.window).toBe(windows[1])
})

it('knows of many apps at once, each with its own windows or those of others', () => {
  const freezeOf = freezesAt(Date.parse('2026-11-26T10:30Z'))
  const windows = [cron('0 10 * * *', 'PT1H')]
  expect(freezeOf(windows)).toMatchObject({ opensThen: true })
  expect(freezeOf(structuredClone(windows))).toBe(freezeOf(windows))
  expect(freezeOf([])).toBeUndefined()
  expect(freezeOf([cron('0 11 * * *', 'PT1H')])).toBeUndefined()
})

it('says until when, as the clock there shows it, and whether there is an end', () => {
  const closureOf = (window: FreezeWindow) =>
    freezeClosure(freezeAt([window], Date.parse('2026-11-27T09:00Z'))!)
  expect(closureOf(cron('0 18 * * FRI', 'P2DT14H', 'Asia/Seoul'))).toEqual({
    reason: "frozen for '0 18 * * FRI for P2DT14H' until 2026-11-30T08:00:00+09:00[Asia/Seoul]",
    opensAtMs: Date.parse('2026-11-29T23:00Z'),
  })
  const { reason, opensAtMs } = closureOf(cron('0 0 * * *', 'P1D'))
  expect(reason).toMatch(
    /^frozen for .* until 20\d\d-\d\d-\d\dT00:00:00\+00:00\[UTC\] and beyond: /,
  )
  expect(opensAtMs).toBeUndefined()
})

/** Days around which clocks are changed, a year ends, or a month has a day more. */
const days = [
  ...['2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'],
  ...['2011-12-30', '2026-12-31', '2028-02-29', '2026-09-06'],
].map((day) => Date.parse(`${day}T00:00Z`))

const timeZone = fc.constantFrom(
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'],
  ...['Pacific/Apia', 'America/Santiago'],
)

const some = (min: number, max: number): fc.Arbitrary<readonly number[] | undefined> =>
  fc.option(fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }), {
    nil: undefined,
  })

const span = fc
  .record({ days: fc.integer({ min: 0, max: 3 }), minutes: fc.integer({ min: 0, max: 2000 }) })
  .filter((length) => length.days + length.minutes > 0)

const durationOf = (length: { days: number; minutes: number }): string =>
  `P${length.days}DT${length.minutes}M`

interface Both {
  readonly window: FreezeWindow
  readonly oracle: OracleWindow
}

const listed = (set: readonly number[] | undefined): string => set?.join() ?? '*'

const cronWindow: fc.Arbitrary<Both> = fc
  .record({
    starts: fc.record<CronSets>({
      minutes: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 3 }),
      hours: some(0, 23),
      days: some(1, 31),
      months: some(1, 12),
      weekdays: some(0, 6),
    }),
    span,
    timeZone,
  })
  .map(({ starts, span: length, timeZone: zone }) => {
    const { minutes, hours, days: dates, months, weekdays } = starts
    const schedule = [minutes, hours, dates, months, weekdays].map(listed).join(' ')
    return {
      window: cron(schedule, durationOf(length), zone),
      oracle: { starts, ...length, timeZone: zone },
    }
  })

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

const ruleWindow: fc.Arbitrary<Both> = fc
  .record({
    starts: fc.record<RuleSets>({
      frequency: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
      interval: fc.integer({ min: 1, max: 3 }),
      weekdays: some(0, 6),
      count: fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
      first: fc
        .tuple(fc.constantFrom(...days), fc.integer({ min: -400 * 1440, max: 1440 }))
        .map(([day, minutes]) => day + minutes * MINUTE),
    }),
    span,
    timeZone,
  })
  .map(({ starts: { weekdays, ...rest }, span: length, timeZone: zone }) => {
    const hasWeekdays = rest.frequency === 'DAILY' || rest.frequency === 'WEEKLY'
    // The first start is one of the rule: what else it would mean RFC 5545 leaves open.
    const own = new Date(rest.first).getUTCDay()
    const with_ =
      hasWeekdays && weekdays !== undefined ? [...new Set([...weekdays, own])] : undefined
    const starts = { ...rest, weekdays: with_ }
    const rrule = [
      `FREQ=${starts.frequency}`,
      `INTERVAL=${starts.interval}`,
      ...(starts.count === undefined ? [] : [`COUNT=${starts.count}`]),
      ...(with_ === undefined ? [] : [`BYDAY=${with_.map((day) => WEEKDAYS[day]).join()}`]),
    ].join(';')
    const dtstart = new Date(starts.first).toISOString().slice(0, 16)
    return {
      window: rule(rrule, dtstart, durationOf(length), zone),
      oracle: { starts, ...length, timeZone: zone },
    }
  })

const FURTHEST = 5 * DAY

it('agrees with a walk over every minute: frozen up to the opening, and open at it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(cronWindow, ruleWindow), { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...days),
      fc.integer({ min: -2 * 1440, max: 2 * 1440 }),
      (windows, day, minutes) => {
        const at = day + minutes * MINUTE
        const frozen = frozenMinutes(
          windows.map(({ oracle }) => oracle),
          at,
          at + FURTHEST,
        )
        const freeze = freezeAt(
          windows.map(({ window }) => window),
          at,
        )
        expect(freeze !== undefined).toBe(frozen[0])
        if (freeze === undefined) return
        const opening = frozen.indexOf(false)
        const expected = opening < 0 ? at + FURTHEST : at + opening * MINUTE
        if (opening < 0) expect(freeze.untilMs).toBeGreaterThanOrEqual(expected)
        else expect(iso(freeze.untilMs)).toBe(iso(expected))
        if (opening >= 0) expect(freeze.opensThen).toBe(true)
      },
    ),
    { numRuns: 100 },
  )
}, 60_000)
