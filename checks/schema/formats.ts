import { portNameProblem } from '../../manifests/names.ts'
import { InvalidQuantityError, parseQuantity } from '../../manifests/quantity.ts'
import { quoted, type ValueCheck } from './value-check.ts'

/**
 * The check of a format; `undefined` for one that is not checked here. Those that go beyond a plain
 * form (`uri`, `email`, `hostname`, …) are left to the API server.
 */
export function formatCheck(name: string): ValueCheck | undefined {
  const format = FORMATS.get(name)
  if (format === undefined) return undefined
  const { isValid, what, example } = format
  return (value) =>
    isValid(value)
      ? undefined
      : { message: `must be ${what}, got ${quoted(value)}`, remedy: `Write ${example}` }
}

interface Format {
  readonly isValid: (value: unknown) => boolean
  readonly what: string
  readonly example: string
}

const ofString =
  (isValid: (value: string) => boolean): Format['isValid'] =>
  (value) =>
    typeof value !== 'string' || isValid(value)

const INT32 = 2 ** 31
const fitsInt32 = (value: unknown): boolean =>
  typeof value !== 'number' || (value >= -INT32 && value < INT32)

const isPort = (value: unknown): boolean =>
  typeof value === 'number'
    ? value >= 1 && value <= 65_535
    : typeof value !== 'string' || portNameProblem(value) === undefined

/** Most manifests have few different amounts, and reading one is slow enough to do it once. */
const knownQuantities = new Map<unknown, boolean>()
const MOST_KNOWN = 10_000

function isQuantity(value: unknown): boolean {
  const known = knownQuantities.get(value)
  if (known !== undefined) return known
  if (knownQuantities.size >= MOST_KNOWN) knownQuantities.clear()
  const isOne = canBeRead(value)
  knownQuantities.set(value, isOne)
  return isOne
}

function canBeRead(value: unknown): boolean {
  try {
    parseQuantity(value)
    return true
  } catch (error) {
    if (error instanceof InvalidQuantityError) return false
    throw error
  }
}

const isBase64 = (value: string): boolean =>
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(
    // The API server's decoder skips line breaks.
    value.replaceAll(/[\r\n]/g, ''),
  )

const DAY = /^(\d{4})-(\d\d)-(\d\d)/

/** Whether it begins with a day that the calendar has. */
function isDay(value: string): boolean {
  const [, year, month, day] = (DAY.exec(value) ?? []).map(Number)
  if (year === undefined || month === undefined || day === undefined) return false
  // Day 0 of the month after is the last of this one.
  const daysInMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth
}

const CLOCK = 'T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d'
const ZONE = '(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$'
const TIME = new RegExp(`${CLOCK}([.,]\\d+)?${ZONE}`)
const MICRO_TIME = new RegExp(`${CLOCK}\\.\\d{6}${ZONE}`)

const BYTE = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = new RegExp(`^${BYTE}(\\.${BYTE}){3}$`)

function isIpv6(value: string): boolean {
  // A dotted end stands for two groups.
  const hex = value.replace(/(?<=:)[\d.]+$/, (end) => (IPV4.test(end) ? '0:0' : end))
  const halves = hex.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  return (
    groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) &&
    (halves.length === 2 ? groups.length < 8 : groups.length === 8)
  )
}

const FORMATS: ReadonlyMap<string, Format> = new Map(
  Object.entries({
    int32: {
      isValid: fitsInt32,
      what: 'a number of 32 bits',
      example: 'a number from -2147483648 to 2147483647',
    },
    'int-or-string': {
      isValid: fitsInt32,
      what: 'a number of 32 bits or a string',
      example: 'a number from -2147483648 to 2147483647',
    },
    port: {
      isValid: isPort,
      what: 'a port from 1 to 65535 or the name of one',
      example: "a number such as 8080, or a name such as 'http'",
    },
    'target-port': {
      // Neither says another port than that of the Service.
      isValid: (value) => value === 0 || value === '' || isPort(value),
      what: 'a port from 1 to 65535 or the name of one',
      example: "a number such as 8080, or a name such as 'http'",
    },
    quantity: {
      isValid: isQuantity,
      what: 'a quantity',
      example: "an amount such as '500m', '2', '512Mi' or '1Gi'",
    },
    byte: {
      isValid: ofString(isBase64),
      what: 'base64',
      example: 'it in base64, or under `stringData` if this is a Secret',
    },
    'date-time': {
      isValid: ofString((value) => isDay(value) && TIME.test(value.slice(10))),
      what: 'a time',
      example: "a time such as '2026-01-31T12:00:00Z'",
    },
    'micro-time': {
      isValid: ofString((value) => isDay(value) && MICRO_TIME.test(value.slice(10))),
      what: 'a time with six decimals',
      example: "a time such as '2026-01-31T12:00:00.000000Z'",
    },
    date: {
      isValid: ofString((value) => isDay(value) && value.length === 10),
      what: 'a date',
      example: "a date such as '2026-01-31'",
    },
    ipv4: {
      isValid: ofString((value) => IPV4.test(value)),
      what: 'an IPv4 address',
      example: "an address such as '192.0.2.1'",
    },
    ipv6: {
      isValid: ofString(isIpv6),
      what: 'an IPv6 address',
      example: "an address such as '2001:db8::1'",
    },
    uuid: {
      isValid: ofString((value) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(value)),
      what: 'a UUID',
      example: "a UUID such as '123e4567-e89b-12d3-a456-426614174000'",
    },
  }),
)
