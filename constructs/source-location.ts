import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { IConstruct } from 'constructs'

const STACK = Symbol.for('lockstep.stack')
const SPEAKER = Symbol.for('lockstep.speaksForChildren')
const OWN_FOLDER = new URL('.', import.meta.url).href
const FRAME = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()\n]+):(\d+):\d+\)?$/

/** The line of the user's code that made a construct. */
export interface SourceLocation {
  /** Relative to the folder that synth runs in. */
  readonly file: string
  readonly line: number
}

interface Remembered {
  readonly error: Error
  location?: SourceLocation | undefined
}

/** The line of a construct is that of all that it makes itself, which then needs no stack of its own. */
export function speakForChildren(construct: IConstruct): void {
  Object.defineProperty(construct, SPEAKER, { value: true })
}

export const speaksForChildren = (construct: IConstruct): boolean => SPEAKER in construct

/** Remembers where a construct is made. Cheap: the stack becomes text only when somebody asks. */
export function rememberSource(construct: IConstruct): void {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 16
  const remembered: Remembered = { error: new Error('made here') }
  Object.defineProperty(construct, STACK, { value: remembered })
  Error.stackTraceLimit = limit
}

/** Where the construct, or the nearest construct around it that knows, was made. */
export function sourceOf(construct: IConstruct): SourceLocation | undefined {
  for (let at: IConstruct | undefined = construct; at !== undefined; at = at.node.scope) {
    const remembered = (at as unknown as Record<symbol, Remembered | undefined>)[STACK]
    if (remembered === undefined) continue
    remembered.location ??= firstForeignFrame(remembered.error.stack ?? '')
    if (remembered.location !== undefined) return remembered.location
  }
  return undefined
}

function firstForeignFrame(stack: string): SourceLocation | undefined {
  for (const line of stack.split('\n').slice(1)) {
    const frame = FRAME.exec(line)
    if (frame?.[1] === undefined || !isForeign(frame[1])) continue
    const path = frame[1].startsWith('file://') ? fileURLToPath(frame[1]) : frame[1]
    return { file: relative(process.cwd(), path).replaceAll('\\', '/'), line: Number(frame[2]) }
  }
  return undefined
}

const isForeign = (location: string): boolean =>
  !location.startsWith(OWN_FOLDER) &&
  !location.startsWith(fileURLToPath(OWN_FOLDER)) &&
  !/[\\/]node_modules[\\/]/.test(location)
