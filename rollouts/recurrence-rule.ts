/*
 * What may stand in a recurrence rule of RFC 5545, section 3.3.10. It repeats by days at the most
 * often: a rule by the hour would say nothing that its duration does not say better.
 */

const whole = (least: number, most: number) => (value: string) =>
  /^\d{1,5}$/.test(value) && Number(value) >= least && Number(value) <= most

/** A number from one end or the other: `1` is the first, `-1` the last. */
const ordinal = (most: number) => (value: string) =>
  whole(1, most)(value.replace(/^[+-]/, '')) && /^[+-]?\d+$/.test(value)

const WEEKDAY = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/

const isWeekday = (value: string): boolean => {
  const [, number] = WEEKDAY.exec(value) ?? []
  return WEEKDAY.test(value) && (number === undefined || ordinal(53)(number))
}

interface Part {
  readonly expected: string
  readonly isValue: (value: string) => boolean
  /** Whether it may have several, with commas between them. */
  readonly isList?: true
}

const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY']

const PARTS: ReadonlyMap<string, Part> = new Map<string, Part>([
  [
    'FREQ',
    {
      expected: 'YEARLY, MONTHLY, WEEKLY or DAILY',
      isValue: (value) => FREQUENCIES.includes(value),
    },
  ],
  ['INTERVAL', { expected: 'a number from 1 to 1000', isValue: whole(1, 1000) }],
  ['COUNT', { expected: 'a number from 1 to 10000', isValue: whole(1, 10_000) }],
  [
    'UNTIL',
    {
      expected: 'a time in UTC, as 20270106T000000Z',
      isValue: (value) => value.endsWith('Z') && localTime(value.slice(0, -1)) !== undefined,
    },
  ],
  ['BYMONTH', { expected: 'months, 1 to 12', isValue: whole(1, 12), isList: true }],
  ['BYWEEKNO', { expected: 'weeks, 1 to 53', isValue: ordinal(53), isList: true }],
  ['BYYEARDAY', { expected: 'days, 1 to 366', isValue: ordinal(366), isList: true }],
  ['BYMONTHDAY', { expected: 'days, 1 to 31', isValue: ordinal(31), isList: true }],
  ['BYDAY', { expected: 'weekdays, as MO or -1FR', isValue: isWeekday, isList: true }],
  ['BYHOUR', { expected: 'hours, 0 to 23', isValue: whole(0, 23), isList: true }],
  ['BYMINUTE', { expected: 'minutes, 0 to 59', isValue: whole(0, 59), isList: true }],
  ['BYSECOND', { expected: 'seconds, 0 to 59', isValue: whole(0, 59), isList: true }],
  ['BYSETPOS', { expected: 'positions, 1 to 366', isValue: ordinal(366), isList: true }],
  [
    'WKST',
    {
      expected: 'a weekday, as MO',
      isValue: (value) => /^[A-Z]{2}$/.test(value) && isWeekday(value),
    },
  ],
])

/**
 * What is wrong with a recurrence rule, as the end of a sentence that begins with the field;
 * `undefined` if nothing is.
 */
export function recurrenceProblem(rule: string): string | undefined {
  const parts = rule.split(';').map((part): readonly [string, string] => {
    const [name = '', ...value] = part.split('=')
    return [name, value.join('=')]
  })
  const names = parts.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `must not have ${twice} twice`
  if (!names.includes('FREQ')) return 'must say how often, as FREQ=YEARLY'
  if (names.includes('COUNT') && names.includes('UNTIL')) {
    return 'must not have both COUNT and UNTIL'
  }
  for (const [name, value] of parts) {
    const problem = partProblem(name, value)
    if (problem !== undefined) return problem
  }
  return contextProblem(rule)
}

function partProblem(name: string, text: string): string | undefined {
  const part = PARTS.get(name)
  if (part === undefined) {
    return `must not have '${name}': the parts are ${[...PARTS.keys()].join(', ')}`
  }
  const values = part.isList === undefined ? [text] : text.split(',')
  const wrong = values.find((value) => !part.isValue(value))
  return wrong === undefined ? undefined : `must have ${part.expected} as ${name}, not '${wrong}'`
}

/** Parts that RFC 5545 allows with some frequencies alone, and weekdays with numbers. */
const ALLOWED: readonly (readonly [what: string, is: RegExp, frequencies: readonly string[]])[] = [
  ['BYWEEKNO', /BYWEEKNO=/, ['YEARLY']],
  ['BYYEARDAY', /BYYEARDAY=/, ['YEARLY']],
  ['BYMONTHDAY', /BYMONTHDAY=/, ['YEARLY', 'MONTHLY', 'DAILY']],
  ['weekdays with numbers', /BYDAY=[^;]*\d/, ['YEARLY', 'MONTHLY']],
  ['weekdays numbered beyond 5', /BYDAY=([^;]*[^\d;])?(\d\d|[6-9])/, ['YEARLY']],
]

function contextProblem(rule: string): string | undefined {
  const frequency = /FREQ=([A-Z]+)/.exec(rule)?.[1] ?? ''
  const misplaced = ALLOWED.find(([, is, allowed]) => is.test(rule) && !allowed.includes(frequency))
  if (misplaced !== undefined) {
    const [what, , allowed] = misplaced
    return `must not have ${what} but with ${allowed.join(', ')} as FREQ`
  }
  if (/BYWEEKNO=/.test(rule) && /BYDAY=[^;]*\d/.test(rule)) {
    return 'must not have weekdays with numbers beside BYWEEKNO'
  }
  const isSelected = /BYSETPOS=/.test(rule)
  const hasChoice = /BY(?!SETPOS)[A-Z]+=/.test(rule)
  return isSelected && !hasChoice ? 'must not have BYSETPOS without another BY… part' : undefined
}

const LOCAL_TIME = /^(\d{4})(-?)(\d\d)\2(\d\d)T(\d\d)(:?)(\d\d)(?:\6(\d\d))?$/

/**
 * The local time that a text of ISO 8601 means, `2026-12-20T18:00` or `20261220T180000`, in
 * milliseconds as if it were UTC; `undefined` if it means none, or one before 1970.
 */
export function localTime(text: string): number | undefined {
  const match = LOCAL_TIME.exec(text)
  if (match === null) return undefined
  const [, year, , month, day, hour, , minute, second = '00'] = match
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const time = Date.parse(iso)
  // The 31st of June would be the 1st of July.
  return time >= 0 && new Date(time).toISOString() === iso ? time : undefined
}
