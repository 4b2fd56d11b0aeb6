/** A test and how long it took, in milliseconds, without what is set up around it. */
export interface TimedTest {
  readonly name: string
  readonly file: string
  readonly durationMs: number
}

const SHOWN = 10

/** The tests that took longest, a line for each, the slowest first. */
export function slowestTests(tests: readonly TimedTest[]): readonly string[] {
  return tests
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, SHOWN)
    .map(({ name, file, durationMs }) => {
      const seconds = (durationMs / 1000).toFixed(1).padStart(6)
      return `${seconds} s  ${file}: ${name}`
    })
}
