import { fillVariables, type Variables } from './query-variables.ts'

/** A condition on a label. */
export interface Matcher {
  readonly label: string
  readonly operator: '=' | '!=' | '=~'
  /** For `=~` a regular expression of RE2, matched as a whole. */
  readonly value: string
}

/** Series of one name: `http_requests_total{namespace="shop"}`. */
export const selector = (name: string, matchers: readonly Matcher[]): string =>
  `${name}{${matchers.map(matcherText).join(',')}}`

const matcherText = ({ label, operator, value }: Matcher): string =>
  `${label}${operator}${quoted(value)}`

const quoted = (value: string): string =>
  `"${value.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`

/** A text that a regular expression of RE2 takes as it is. */
export const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Strings of PromQL, of all three kinds. */
const STRINGS = /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)/s

/**
 * Fills in the variables of a user's query. Their values hold nothing that could end a string; in a
 * regular expression their dots are made to mean dots.
 *
 * @throws {MetricsError} for a variable that there is not
 */
export function fillPromql(query: string, variables: Variables): string {
  const parts = query.split(STRINGS)
  return parts
    .map((part, index) => {
      const before = parts[index - 1] ?? ''
      const isPattern = index % 2 === 1 && /[=!]~\s*$/.test(before)
      if (!isPattern) return fillVariables(part, variables, (value) => value)
      // In backquotes a backslash is itself; in other strings it takes two to be one.
      const dot = part.startsWith('`') ? '\\.' : '\\\\.'
      return fillVariables(part, variables, (value) => value.replaceAll('.', dot))
    })
    .join('')
}
