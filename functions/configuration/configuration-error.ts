import type { z } from 'zod'

/** What was configured cannot be meant so. Says all that is wrong with it, not only the first. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly code = 'CONFIGURATION'
  /** Each says where, what, and what to do about it. */
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[], options?: ErrorOptions) {
    super(['Nothing was started, the configuration is wrong:', ...mistakes].join('\n  - '), options)
    this.mistakes = mistakes
  }
}

/**
 * The value as the schema has it, with its defaults.
 *
 * @param where begins each mistake: the name of a file or variable; `''` if the keys are names enough
 * @throws {ConfigurationError}
 */
export function configured<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const mistakes = result.error.issues.map(
    ({ path, message }) => `${[where, ...path.map(segment)].join('').trim()}: ${message}`,
  )
  throw new ConfigurationError(mistakes)
}

/** Of a path: ` issuers[0].audience`. */
const segment = (part: PropertyKey, index: number): string => {
  if (typeof part === 'number') return `[${part}]`
  return index === 0 ? ` ${String(part)}` : `.${String(part)}`
}
