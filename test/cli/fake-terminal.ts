import type { ExitCode, Terminal } from '../../cli/terminal.ts'

/** A terminal that remembers what a command printed. */
export interface FakeTerminal extends Terminal {
  readonly stdout: string
  readonly stderr: string
  /** `undefined` if the command set none: 0. */
  readonly exitCode: ExitCode | undefined
}

export function fakeTerminal(
  props: Pick<Terminal, 'cwd' | 'env'> & Partial<Pick<Terminal, 'signal' | 'color' | 'columns'>>,
): FakeTerminal {
  let stdout = ''
  let stderr = ''
  let exitCode: ExitCode | undefined
  return {
    color: false,
    columns: 100,
    signal: new AbortController().signal,
    ...props,
    out: (text) => {
      stdout += text
    },
    err: (text) => {
      stderr += text
    },
    setExitCode: (code) => {
      exitCode = code
    },
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
    get exitCode() {
      return exitCode
    },
  }
}
