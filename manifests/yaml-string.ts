/*
 * How a string is written so that every reader gets exactly that string back, be it one of YAML 1.1
 * (PyYAML, and in parts go-yaml, which kubectl, Flux and Argo CD use) or of YAML 1.2.
 */

/** Letters, digits and marks that mean nothing to YAML inside of a plain string. */
const WORD = "[A-Za-z0-9_./@%+=,;()$&?!*~<>|'-]"

/**
 * Strings that may stand without quotes: none begins with an indicator, contains `: ` or ` #`, or
 * begins or ends with a space. A digit may come first; `LIKE_A_NUMBER` decides about those.
 */
const PLAIN = new RegExp(
  `^(?:[A-Za-z0-9_/$]|--?[A-Za-z]|\\.\\.?/)(?:${WORD}|:+(?=${WORD})| +(?=${WORD}))*$`,
)

/** Booleans and null in any case, and `-e5`, an exponent of nothing that some readers accept. */
const LIKE_A_WORD = /^(?:null|true|false|yes|no|on|off|y|n|-?e[-+]?[0-9_]+)$/i

/**
 * What begins with a digit and has only characters of numbers: decimal, hexadecimal, octal, binary,
 * with underscores or commas, sexagesimal (`1:30`), with exponents; dates and timestamps.
 */
const LIKE_A_NUMBER = /^[0-9][0-9a-fA-FxXoOtTzZ_.:+, -]*$/

const ASCII_LINES = /^[\t\n\x20-\x7e]*$/

/**
 * Characters that only an escape can carry safely: controls, the line breaks of YAML 1.1 (U+0085,
 * U+2028, U+2029), the byte order mark, what is no character, and what a reviewer cannot see (other
 * spaces, zero width, writing direction). A fixed list but for two properties that Unicode promises
 * never to change, since the bytes written must not depend on the version of the runtime.
 */
const UNSAFE =
  /[\p{Cc}\p{NChar}\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\ufffb\u{e0000}-\u{e0fff}]/u
const EACH_UNSAFE = new RegExp(UNSAFE, 'gu')
const UNSAFE_IN_BLOCK = new RegExp(`(?![\\t\\n])${UNSAFE.source}`, 'u')

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}

/** A string on one line: plain where no reader could take it for anything else, quoted otherwise. */
export function inlineString(text: string): string {
  if (PLAIN.test(text) && !LIKE_A_WORD.test(text) && !LIKE_A_NUMBER.test(text)) return text
  const isUnsafe = UNSAFE.test(text)
  // Single quotes leave JSON and regular expressions readable.
  if (!isUnsafe && /["\\]/.test(text)) return `'${text.replaceAll("'", "''")}'`
  const escaped = text.replaceAll(/["\\]/g, '\\$&')
  return `"${isUnsafe ? escaped.replaceAll(EACH_UNSAFE, escapeSequence) : escaped}"`
}

/**
 * A string of several lines as a literal block whose lines are indented by `indent`, without the
 * line break that ends it; `undefined` if a block could not give back exactly this string.
 */
export function literalBlock(text: string, indent: string): string | undefined {
  // Readers disagree about a last line of spaces alone.
  if (indent === '' || !/[^ \t\n][ \t]*\n*$/.test(text)) return undefined
  if (!ASCII_LINES.test(text) && UNSAFE_IN_BLOCK.test(text)) return undefined
  // Readers take the indentation from the first line that is not empty, unless told.
  const indentation = /^\n*[ \t]/.test(text) ? '2' : ''
  const chomping = text.endsWith('\n') ? (text.endsWith('\n\n') ? '+' : '') : '-'
  const lines = text.endsWith('\n') ? text.slice(0, -1) : text
  return `|${indentation}${chomping}\n${lines.replaceAll(/^(?=[^\n])|(?<=\n)(?=[^\n])/g, indent)}`
}

function escapeSequence(character: string): string {
  const short = SHORT_ESCAPES[character]
  if (short !== undefined) return short
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}
