import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { monotonicUs } from './monotonic.ts'

/** A process that tells in lines of JSON what it does. */
export class ReportingProcess<Report> {
  readonly #child: ChildProcess
  readonly #reports: Report[] = []
  readonly #ended: Promise<unknown>
  #errors = ''
  #killedUs = Number.POSITIVE_INFINITY

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    this.#ended = once(this.#child, 'close')
    createInterface({ input: this.#child.stdout! }).on('line', (line) =>
      this.#reports.push(JSON.parse(line)),
    )
    this.#child.stderr!.on('data', (text) => {
      this.#errors += text
    })
  }

  get reports(): readonly Report[] {
    return this.#reports
  }

  /** What it has written to standard error. */
  get errors(): string {
    return this.#errors
  }

  /** Right before it was killed, by the clock that all processes of a machine share. */
  get killedUs(): number {
    return this.#killedUs
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    this.#killedUs = monotonicUs()
    this.signal('SIGKILL')
    await this.#ended
  }

  /** Asks it to end, also one that is paused, and waits until it has. */
  async stop(): Promise<void> {
    this.signal('SIGTERM')
    this.signal('SIGCONT')
    await this.#ended
  }
}
