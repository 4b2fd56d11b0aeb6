import type { Terminal } from './terminal.ts'

/** Says what happened, in a line; what is said again and again only once. */
export type ElectorLog = (text: string, error?: unknown) => void

/** @param about what all lines are about */
export function electorLog(terminal: Pick<Terminal, 'err' | 'logTo'>, about: string): ElectorLog {
  const lost = (lines: number) => `${about}: ${lines} lines were left out, since nobody read them\n`
  const write = terminal.logTo?.('err', lost) ?? terminal.err
  let last = ''
  return (text, error) => {
    const line = `${about}: ${text}${error === undefined ? '' : `. ${wordsOf(error)}`}\n`
    if (line !== last) write(line)
    last = line
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
