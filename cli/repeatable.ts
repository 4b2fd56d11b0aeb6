/**
 * Parser of an option that may be given several times, each time with one value. One that takes all
 * values up to the next option would take the arguments of the command as well.
 */
export const repeatable = (value: string, others: readonly string[] = []): readonly string[] => [
  ...others,
  value,
]
