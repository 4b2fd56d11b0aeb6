/** What JavaScript reads otherwise than Go, or not at all: flags inside, classes with a name, `\A`. */
const GO_ONLY = /\[\[:|\(\?[a-zA-Z<P-]|\\[pPAzQEC]/

/**
 * A Go regular expression of a CustomResourceDefinition in JavaScript; `undefined` if it uses what
 * JavaScript does not have. Such a pattern is left to the API server.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  if (GO_ONLY.test(pattern)) return undefined
  // With the flag, `.` and classes match whole characters, as in Go. It also forbids escapes of
  // characters that need none, which Go allows.
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return undefined
}
