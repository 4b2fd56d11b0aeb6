import { defineScalarTag, FAILSAFE_SCHEMA, mergeTag, NOT_RESOLVED } from 'js-yaml'

/*
 * What a scalar without quotes means to Kubernetes' own reader of YAML, which is neither YAML 1.1
 * nor 1.2: booleans and numbers of 1.1, and `0o17` of 1.2, but no sexagesimal numbers, and
 * timestamps stay strings.
 */

const SIGNS_AND_DIGITS = [...'+-0123456789']

const nullTag = defineScalarTag<null>('tag:yaml.org,2002:null', {
  implicit: true,
  implicitFirstChars: ['', '~', 'n', 'N'],
  resolve: (source) => (/^(?:~|null|Null|NULL)?$/.test(source) ? null : NOT_RESOLVED),
  identify: () => false,
})

const TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'])
const FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'])

const booleanTag = defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: [...'yYnNtTfFoO'],
  resolve: (source) => (TRUE.has(source) ? true : FALSE.has(source) ? false : NOT_RESOLVED),
  identify: () => false,
})

const integerTag = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: SIGNS_AND_DIGITS,
  resolve: (source) => {
    const digits = /^([-+]?)(0b[01]+|0x[0-9a-f]+|0o?[0-7]+|0|[1-9][0-9]*)$/i.exec(
      source.replaceAll('_', ''),
    )
    if (digits === null) return NOT_RESOLVED
    const [, sign, magnitude = ''] = digits
    // A leading zero alone is octal here, and decimal to JavaScript.
    const value = Number(magnitude.replace(/^0(?=[0-7])/, '0o'))
    // What has no room in 64 bits is a float if it is written like one, and a string otherwise.
    if (value >= (sign === '-' ? 2 ** 63 : 2 ** 64)) return NOT_RESOLVED
    return sign === '-' ? 0 - value : value
  },
  identify: () => false,
})

const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: [...SIGNS_AND_DIGITS, '.'],
  resolve: (source) => {
    if (/^\.(?:nan|NaN|NAN)$/.test(source)) return Number.NaN
    const infinity = /^([-+]?)\.(?:inf|Inf|INF)$/.exec(source)
    if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity
    const plain = source.startsWith('.') ? source : source.replaceAll('_', '')
    if (!/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(plain)) {
      return NOT_RESOLVED
    }
    const value = Number(plain)
    return Number.isFinite(value) ? value : NOT_RESOLVED
  },
  identify: () => false,
})

/** Reads scalars as kubectl, Flux and Argo CD do. For reading only. */
export const KUBERNETES_YAML_SCHEMA = FAILSAFE_SCHEMA.withTags(
  nullTag,
  booleanTag,
  integerTag,
  floatTag,
  mergeTag,
)
