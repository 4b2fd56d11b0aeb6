import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** How long a program may take to end by itself before it is killed. */
const GRACE_MS = 5_000

/** One running program, with `<name>.log` and `<name>.pid` in the folder of its run. */
export class SupervisedProcess {
  readonly name: string
  readonly logFile: string
  readonly pid: number
  /** Resolves to how it ended, as `exit code 1` or `SIGKILL`. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  #isStopping = false

  private constructor(name: string, logFile: string, child: ChildProcess, pid: number) {
    this.name = name
    this.logFile = logFile
    this.pid = pid
    this.#child = child
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
  }

  static async start(
    name: string,
    binary: string,
    args: readonly string[],
    folder: string,
  ): Promise<SupervisedProcess> {
    const logFile = join(folder, `${name}.log`)
    const log = openSync(logFile, 'a')
    try {
      const child = spawn(binary, args, { stdio: ['ignore', log, log] })
      const pid = await new Promise<number>((resolve, reject) => {
        child.once('error', reject)
        child.once('spawn', () => resolve(child.pid as number))
      })
      const program = new SupervisedProcess(name, logFile, child, pid)
      await writeFile(join(folder, `${name}.pid`), `${pid}\n`)
      return program
    } finally {
      closeSync(log)
    }
  }

  /** Whether its end was asked for. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#child.kill('SIGTERM')
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS)
    await this.ended
    clearTimeout(kill)
  }

  /** The last lines that it wrote, for an error message. */
  async lastWords(lines = 5): Promise<string> {
    const log = await readFile(this.logFile, 'utf8')
    return log.trimEnd().split('\n').slice(-lines).join('\n')
  }
}
