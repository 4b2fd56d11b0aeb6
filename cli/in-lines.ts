import { inOneLine } from './printable.ts'

/** Lines as they are printed: nothing in one of them breaks it, and none ends in white space. */
export const inLines = (lines: readonly string[]): string =>
  lines.map((line) => `${inOneLine(line).trimEnd()}\n`).join('')
