/** Values of a field of a schedule, and names that stand for some of them. */
interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  // Sunday is 0 and nothing else, unlike in other cron dialects.
  { name: 'day of the week', min: 0, max: 6, names: DAYS },
]

const DESCRIPTORS: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
])

/** A Go duration of at least one unit, as `1h30m`. */
const EVERY = /^@every (?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/

/**
 * What is wrong with the schedule of a CronJob, as the end of a sentence that begins with the field;
 * `undefined` if Kubernetes takes it. Its dialect is that of robfig/cron: five fields, no seconds,
 * no `L`, `W` or `#`, and the time zone has a field of its own.
 */
export function scheduleProblem(schedule: string): string | undefined {
  if (/TZ/.test(schedule)) return 'must not name a time zone'
  if (schedule.startsWith('@')) {
    return DESCRIPTORS.has(schedule) || EVERY.test(schedule)
      ? undefined
      : 'must be one of @yearly, @monthly, @weekly, @daily and @hourly, or have five fields'
  }
  const parts = schedule.trim() === '' ? [] : schedule.trim().split(/\s+/)
  if (parts.length !== FIELDS.length) {
    return `must have five fields (has ${parts.length}): minute, hour, day, month, day of the week`
  }
  for (const [index, field] of FIELDS.entries()) {
    const problem = fieldProblem(parts[index] ?? '', field)
    if (problem !== undefined) return problem
  }
  return undefined
}

function fieldProblem(text: string, field: Field): string | undefined {
  for (const range of text.split(',').filter((part) => part !== '')) {
    const problem = rangeProblem(range, field)
    if (problem !== undefined) return `${problem} as ${field.name}`
  }
  return undefined
}

/** `*`, `5`, `5-10`, each with an optional step: `5/15`. */
function rangeProblem(range: string, { min, max, names = [] }: Field): string | undefined {
  const [span = '', step, ...moreSteps] = range.split('/')
  const [from = '', to, ...more] = span.split('-')
  if (moreSteps.length > 0 || more.length > 0) return `must not have '${range}'`
  if (step !== undefined && !(wholeNumber(step) >= 1)) return `must not have the step '${step}'`
  if (from === '*' || from === '?') return undefined
  const first = numberOf(from, names)
  const last = to === undefined ? first : numberOf(to, names)
  if (!(first >= min && last <= max && first <= last)) {
    return `must be from ${min} to ${max}, not '${span}',`
  }
  return undefined
}

const wholeNumber = (text: string): number => (/^\+?\d+$/.test(text) ? Number(text) : Number.NaN)

/** The number of a value or of its name; `NaN` if it is neither. */
function numberOf(text: string, names: readonly string[]): number {
  const index = names.indexOf(text.toLowerCase())
  // Names of months count from 1, those of days from 0.
  return index < 0 ? wholeNumber(text) : index + (names === MONTHS ? 1 : 0)
}
