import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'

const MAIN = fileURLToPath(new URL('../../demo/main.ts', import.meta.url))

/** `npm run demo` in an environment with nothing in it, as the first process of a group of its own. */
export class RunningDemo {
  readonly #folder = temporaryFolder()
  readonly #process = spawn(process.execPath, [MAIN], {
    detached: true,
    env: { PATH: process.env.PATH, TMPDIR: this.#folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  readonly ended: Promise<number | NodeJS.Signals>
  /** What it has told so far. */
  output = ''
  /** What it has complained about so far. */
  errors = ''

  constructor() {
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.output += chunk.toString()
    })
    this.#process.stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString()
    })
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject)
      this.#process.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
    })
    onTestFinished(() => {
      if (this.isAlive()) this.signal('SIGKILL')
    })
  }

  /** As a terminal does: to all that it has started as well. */
  signal(signal: NodeJS.Signals): void {
    process.kill(-(this.#process.pid ?? 0), signal)
  }

  /** Ends it where it is, and it alone. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  /** Whether any process of it runs. */
  isAlive(): boolean {
    try {
      process.kill(-(this.#process.pid ?? 0), 0)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
      throw error
    }
  }

  /** Temporary files that it has left behind, but for the code that Node compiles once. */
  leftovers(): readonly string[] {
    return readdirSync(this.#folder).filter((name) => name !== 'node-compile-cache')
  }
}
