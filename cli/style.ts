import { styleText } from 'node:util'
import type { Terminal } from './terminal.ts'

export type Style = (format: Parameters<typeof styleText>[0], text: string) => string

/** Colours where the terminal has them, plain text elsewhere. */
export const styleFor = ({ color }: Pick<Terminal, 'color'>): Style =>
  color
    ? (format, text) => styleText(format, text, { validateStream: false })
    : (_format, text) => text
