import { logTo } from './log-stream.ts'
import { printable } from './printable.ts'

/** What a command may see and touch of the process that it runs in. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether standard output understands colours and nobody asked for none (`NO_COLOR`). */
  readonly color: boolean
  readonly columns: number
  /**
   * Whether a person is there to be asked for a password.
   *
   * @default false
   */
  readonly interactive?: boolean
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborts when the person presses Ctrl-C or the process is asked to end. */
  readonly signal: AbortSignal
  setExitCode(code: ExitCode): void
  /**
   * Puts this text in the place of what was redrawn last, as much of it as fits.
   *
   * @default - what was written stays: it goes to a file, or to another program
   */
  redraw?(text: string): void
  /**
   * Hands over every signal that asks this process for something, instead of `signal` and of what it
   * does by default. Stopping it from the keyboard (Ctrl-Z) does nothing meanwhile.
   *
   * @default - nothing ever arrives
   * @returns ends that
   */
  takeSignals?(take: (signal: NodeJS.Signals) => void): () => void
  /**
   * Where to write lines of a log that goes on for as long as the process does, none of which it waits for.
   *
   * @param lost what to say of lines that nobody read in time, and that were left out
   * @default - `out` and `err`
   */
  logTo?(stream: 'out' | 'err', lost: (lines: number) => string): (line: string) => void
  /**
   * Ends the process after that time, in milliseconds, if it has not ended by itself: somebody may have
   * stopped to read what it writes.
   *
   * @default - it ends when nothing is under way
   */
  endWithin?(ms: number): void
  /**
   * Ends the process with the exit code that was set, whatever is still under way.
   *
   * @default - it ends when nothing is
   */
  endNow?(): void
}

/**
 * 0: done and clean. 1: done, and something was found. 2: could not be done. What runs a command of
 * the user's passes on that command's own.
 */
export type ExitCode = number

const TAKEN_SIGNALS: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGCONT',
  'SIGTSTP',
]

const INTERRUPTIONS = ['SIGINT', 'SIGTERM'] as const

/** The terminal of this process. The only place of the program that touches `process`. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process
  const interruption = new AbortController()
  const interrupt = (signal: NodeJS.Signals): void => {
    interruption.abort(new InterruptedError(signal))
    process.exitCode = signal === 'SIGINT' ? 130 : 143
  }
  for (const signal of INTERRUPTIONS) process.once(signal, interrupt)
  stdout.on('error', (error) => failUnlessClosed(error, (text) => stderr.write(text)))
  stderr.on('error', (error) => failUnlessClosed(error))
  return {
    out: (text) => void stdout.write(printable(text)),
    err: (text) => void stderr.write(printable(text)),
    color: wantsColor(process.env, stdout.isTTY === true),
    columns: stdout.columns ?? 100,
    interactive: process.stdin.isTTY === true && stderr.isTTY === true,
    cwd: process.cwd(),
    env: process.env,
    signal: interruption.signal,
    setExitCode: (code) => {
      if (!interruption.signal.aborted) process.exitCode = code
    },
    takeSignals(take) {
      const taken = (signal: NodeJS.Signals) => signal !== 'SIGTSTP' && take(signal)
      for (const signal of INTERRUPTIONS) process.removeListener(signal, interrupt)
      for (const signal of TAKEN_SIGNALS) process.on(signal, taken)
      return () => {
        for (const signal of TAKEN_SIGNALS) process.removeListener(signal, taken)
        for (const signal of INTERRUPTIONS) process.once(signal, interrupt)
      }
    },
    logTo(stream, lost) {
      const log = logTo(stream === 'out' ? stdout : stderr, lost)
      return (line) => log(printable(line))
    },
    endWithin: (ms) => void setTimeout(() => process.exit(), ms).unref(),
    endNow: () => process.exit(),
    ...(stdout.isTTY === true && { redraw: redrawOn(stdout) }),
  }
}

function redrawOn(stdout: NodeJS.WriteStream): (text: string) => void {
  let drawn = 0
  return (text) => {
    const lines = printable(text)
      .trimEnd()
      .split('\n')
      .slice(0, Math.max(1, stdout.rows - 1))
    const cut = lines.map((line) => line.slice(0, stdout.columns))
    const back = drawn === 0 ? '' : `\u001b[${drawn}F\u001b[J`
    drawn = cut.length
    stdout.write(`${back}${cut.join('\n')}\n`)
  }
}

/**
 * Whoever reads may stop early, as `head` does: the command goes on, and ends with its own code. With a
 * full disk it goes on as well, since a lock that it holds or serves is worth more than its words, and
 * ends with 2 if it would have ended well.
 */
function failUnlessClosed(error: NodeJS.ErrnoException, say?: (text: string) => void): void {
  if (error.code === 'EPIPE' || process.exitCode !== undefined) return
  process.exitCode = 2
  say?.(`error: ${error.message}. Make room for what this writes; the rest of it is lost\n`)
}

/** The person or the system asked the program to stop before it was done. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  readonly code = 'INTERRUPTED'

  constructor(signal: string) {
    super(`Interrupted by ${signal}; nothing was left half-done`)
  }
}

/** See https://no-color.org and https://force-color.org. */
function wantsColor(env: Terminal['env'], isTty: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0'
  return isTty && env.TERM !== 'dumb'
}
