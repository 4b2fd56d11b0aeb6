import type { ExitCode, Terminal } from '../../cli/terminal.ts'

export interface CapturedTerminal extends Terminal {
  readonly output: () => string
  readonly errors: () => string
  readonly exitCode: () => ExitCode | undefined
}

/** A terminal without colours that remembers what was printed. */
export function capturedTerminal(
  cwd: string,
  env: Terminal['env'] = process.env,
): CapturedTerminal {
  let out = ''
  let err = ''
  let exitCode: ExitCode | undefined
  return {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    color: false,
    columns: 100,
    cwd,
    env,
    signal: new AbortController().signal,
    setExitCode: (code) => {
      exitCode = code
    },
    output: () => out,
    errors: () => err,
    exitCode: () => exitCode,
  }
}
