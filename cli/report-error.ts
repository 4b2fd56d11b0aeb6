import type { Terminal } from './terminal.ts'

/** Prints an error in the one shape that all commands share: what and which, then what to do now. */
export function reportError(error: unknown, terminal: Pick<Terminal, 'err' | 'env'>): void {
  if (!(error instanceof Error)) {
    terminal.err(`error: ${String(error)}\n`)
    return
  }
  if (!isForeseen(error)) {
    terminal.err(`error: ${error.message}\n${error.stack ?? ''}\n`)
    return
  }
  terminal.err(`error: ${error.message}\n`)
  if (error.remedy !== undefined) terminal.err(`  → ${error.remedy}\n`)
  if (terminal.env.DEBUG !== undefined)
    terminal.err(`${error.stack}\n${String(error.cause ?? '')}\n`)
}

/** Errors that carry a code were foreseen, and their message is meant for people. */
export const isForeseen = (error: unknown): error is Error & { code: string; remedy?: string } =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^[A-Z][A-Z_]+$/.test(error.code)
