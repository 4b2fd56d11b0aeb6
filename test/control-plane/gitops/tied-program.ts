import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { ProgramError } from '../program-error.ts'

/**
 * Kills the program when standard input closes, which the operating system sees to however the
 * process ends that holds the other side. It has nothing to save, and asked to end it would first
 * finish what it waits for.
 */
const TIED_TO_INPUT =
  'exec 3<&0; "$@" 3<&- & program=$!; (cat <&3; kill -KILL $program 2>/dev/null) & wait $program'

export interface TiedProgramProps {
  /** What messages call it. */
  readonly name: string
  readonly binary: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly logFile: string
}

/** A program that ends with this process, in whatever way that ends. */
export class TiedProgram {
  /** Settles to how it ended, as `exit code 1` or `SIGKILL`. */
  readonly ended: Promise<string>
  readonly #name: string
  readonly #logFile: string
  readonly #closeInput: () => void
  #isStopping = false

  constructor({ name, binary, args, env, logFile }: TiedProgramProps) {
    const log = openSync(logFile, 'a')
    const child = spawn('/bin/sh', ['-c', TIED_TO_INPUT, 'sh', binary, ...args], {
      stdio: ['pipe', log, log],
      // In a process group of its own, so that Ctrl-C does not end it under the tests.
      detached: true,
      env,
    })
    closeSync(log)
    this.#name = name
    this.#logFile = logFile
    this.#closeInput = () => child.stdin?.end()
    this.ended = once(child, 'exit').then(([code, signal]) => signal ?? `exit code ${code}`)
    // The shell that waits for the end of the input ends too.
    void this.ended.then(this.#closeInput)
  }

  /** Settles only if it ends although nobody stopped it. */
  async broken(): Promise<ProgramError> {
    const how = await this.ended
    return this.#isStopping ? new Promise(() => {}) : this.failure(`ended with ${how}`)
  }

  async failure(why: string): Promise<ProgramError> {
    return new ProgramError(this.#name, why, this.#logFile, await this.lastWords())
  }

  async lastWords(): Promise<string> {
    const log = await readFile(this.#logFile, 'utf8')
    return log.trimEnd().split('\n').slice(-5).join('\n')
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#closeInput()
    await this.ended
  }
}
