import type { Duration } from 'cdk8s'
import type { IntOrPercent } from '../manifests/rounding.ts'
import { howToWrite, readBy, type Shape, shape } from './shape.ts'

/** What was meant by a value that only has the wrong type: `'8080'` for 8080. */
const asText = (value: unknown, otherwise: string): string =>
  typeof value === 'number' || typeof value === 'boolean' ? `'${value}'` : `'${otherwise}'`

const asNumber = (value: unknown, otherwise: number): string =>
  typeof value === 'string' && /^\d+$/.test(value) ? value : String(otherwise)

/** Any text, an empty one too. */
export const anyText = (example = '…'): Shape<string> =>
  shape({
    expected: 'a text',
    example: (value) => asText(value, example),
    is: (value) => typeof value === 'string',
  })

/** A text with something in it. */
export const text = (example = '…'): Shape<string> =>
  shape({
    expected: 'a text that is not empty',
    example: (value) => asText(value, example),
    is: (value) => typeof value === 'string' && value.trim() !== '',
  })

/** Below the root, without `.` and `..`, and without a slash at its end. */
const ABSOLUTE_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/

export const absolutePath = (example: string): Shape<string> =>
  shape({
    expected: 'an absolute path',
    example: `'${example}'`,
    is: (value) => typeof value === 'string' && ABSOLUTE_PATH.test(value),
  })

export const flag: Shape<boolean> = shape({
  expected: 'true or false',
  example: (value) => (value === 'false' ? 'false' : 'true'),
  is: (value) => typeof value === 'boolean',
})

export interface WholeProps {
  readonly least?: number
  readonly most?: number
  readonly example: number
}

export const whole = ({ least = 0, most, example }: WholeProps): Shape<number> =>
  shape({
    expected: `a whole number ${most === undefined ? `of at least ${least}` : `from ${least} to ${most}`}`,
    example: (value) => asNumber(value, example),
    is: (value) =>
      Number.isSafeInteger(value) &&
      (value as number) >= least &&
      (value as number) <= (most ?? Number.MAX_SAFE_INTEGER),
  })

/** A number of any kind, which somebody else judges. */
export const number = (example: number): Shape<number> =>
  shape({
    expected: 'a number',
    example: (value) => asNumber(value, example),
    is: (value) => typeof value === 'number' && !Number.isNaN(value),
  })

/** Port of a program that is not root. */
export const PORT = whole({ least: 1, most: 65_535, example: 8080 })

export const oneOf = <const T extends string | boolean>(values: readonly [T, ...T[]]): Shape<T> => {
  const [first] = values
  const written = values.map((value) => JSON.stringify(value).replaceAll('"', "'"))
  return shape({
    expected: written.length === 1 ? String(written[0]) : `one of ${written.join(', ')}`,
    example: () => JSON.stringify(first).replaceAll('"', "'"),
    is: (value) => (values as readonly unknown[]).includes(value),
  })
}

/** `example` as one writes it: `Duration.minutes(5)`. */
export const duration = (example: string): Shape<Duration> =>
  shape({ expected: 'a Duration of cdk8s', example: asDuration(example), is: isDuration })

/** A Duration of at least so many seconds. */
export const lasting = (leastSeconds: number, example: string): Shape<Duration> => {
  const any = duration(example)
  return readBy(any, (value, option, mistakes, self) => {
    const read = any.read(value, option, mistakes)
    const seconds = read?.toSeconds({ integral: false })
    if (seconds === undefined || seconds >= leastSeconds) return read
    mistakes.add({
      option,
      value: `${seconds}s`,
      problem: `must be at least ${leastSeconds} s`,
      remedy: howToWrite(self, option),
    })
    return undefined
  })
}

/** For fields of Kubernetes that count seconds. */
export const wholeSeconds = (example: string): Shape<Duration> =>
  shape({
    expected: 'a Duration of cdk8s in whole seconds',
    example: asDuration(example),
    is: (value) => isDuration(value) && Number.isInteger(value.toSeconds({ integral: false })),
  })

const asDuration =
  (example: string) =>
  (value: unknown): string =>
    typeof value === 'number' && value > 0 ? `Duration.seconds(${Math.ceil(value)})` : example

/** By what it can do, since an app may have its own copy of the package. */
export const isDuration = (value: unknown): value is Duration =>
  typeof value === 'object' &&
  value !== null &&
  'toSeconds' in value &&
  typeof value.toSeconds === 'function' &&
  'toMilliseconds' in value &&
  typeof value.toMilliseconds === 'function'

export const INT_OR_PERCENT: Shape<IntOrPercent> = shape({
  expected: 'a count or a percentage',
  example: "1` or `'10%'",
  is: (value) =>
    typeof value === 'string'
      ? /^\d{1,9}%$/.test(value)
      : Number.isSafeInteger(value) && (value as number) >= 0,
})

/** An object of the cluster that is meant by its name, as cdk8s-plus has it. */
export const reference = <T>(expected: string, example: string): Shape<T> =>
  shape({
    expected,
    example,
    is: (value) =>
      typeof value === 'object' &&
      value !== null &&
      'name' in value &&
      typeof value.name === 'string' &&
      value.name !== '',
  })
