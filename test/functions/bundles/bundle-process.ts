import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from '../../control-plane/eventually.ts'

export interface BundleProcessProps {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** A process that runs a bundle, and all that it says. */
export class BundleProcess {
  readonly #child: ChildProcess
  readonly ended: Promise<number | string>
  #output = ''

  /** With nothing in its environment that is not said. */
  constructor({ program, args, env = {}, cwd }: BundleProcessProps) {
    this.#child = spawn(program, args, {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd !== undefined && { cwd }),
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += chunk
      })
    }
    this.ended = once(this.#child, 'close').then(([code, signal]) => code ?? signal)
  }

  /** @throws if it could not be started */
  get pid(): number {
    const { pid } = this.#child
    if (pid === undefined) throw new Error('It has not been started')
    return pid
  }

  get output(): string {
    return this.#output
  }

  /** Waits until it says something like that, and gives the first part in brackets of it. */
  async untilSaid(pattern: RegExp): Promise<string> {
    let isOver = false
    void this.ended.then(() => {
      isOver = true
    })
    await eventually(
      `${pattern} is said`,
      async () => this.#output,
      (output) => pattern.test(output) || isOver,
    )
    const match = pattern.exec(this.#output)
    if (match === null) throw new Error(`It ended without a word like ${pattern}: ${this.#output}`)
    return match[1] ?? match[0]
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.ended
  }
}
