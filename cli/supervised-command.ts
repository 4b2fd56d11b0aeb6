import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupGuard } from './group-guard.ts'
import { ProcessGroup } from './process-group.ts'

export interface SupervisedCommandProps {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** Time for what a command left behind to end by itself, before it is killed. */
const LEFTOVERS_MS = 2000
const LOOK_EVERY_MS = 20

/** The command could not be started. */
export class CommandNotStartedError extends Error {
  override readonly name = 'CommandNotStartedError'
  readonly code = 'COMMAND_NOT_STARTED'
  readonly remedy: string
  /** As shells have it: 127 if there is none, 126 if it cannot be run. */
  readonly exitCode: 126 | 127

  constructor(command: string, cause: NodeJS.ErrnoException) {
    const isMissing = cause.code === 'ENOENT'
    super(`'${command}' could not be started: ${isMissing ? 'there is none' : cause.message}`, {
      cause,
    })
    this.exitCode = isMissing ? 127 : 126
    this.remedy = isMissing
      ? 'Write the path of a program, or one that is on the PATH. For shell syntax: sh -c "…"'
      : 'Check that it is a program that this user may run, for this machine'
  }
}

/**
 * A command that has this process's input, output and terminal, and a process group of its own, so
 * that all that it starts can be ended with it.
 *
 * The group is a session too: the command reads from and writes to the terminal, but does not control
 * it, so `/dev/tty` cannot be opened and Ctrl-C has to be passed on.
 */
export class SupervisedCommand {
  /** Exit code, 128 + n for a signal, once the whole group is gone. */
  readonly ended: Promise<number>
  readonly #group: ProcessGroup
  readonly #id: number
  readonly #guard: GroupGuard

  private constructor(child: ChildProcess, id: number, guard: GroupGuard) {
    this.#id = id
    this.#group = new ProcessGroup(id)
    this.#guard = guard
    const exited = new Promise<number>((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']),
      )
    })
    this.ended = this.#untilGone(exited)
  }

  /**
   * @param guard its own, which ends with it
   * @param mayRunForMs for how long, should this process be killed or stopped: see `allow`
   * @throws {CommandNotStartedError}
   */
  static async start(
    { command: [program = '', ...args], cwd, env }: SupervisedCommandProps,
    guard: GroupGuard,
    mayRunForMs: () => number,
  ): Promise<SupervisedCommand> {
    const child = spawn(program, args, { cwd, env, stdio: 'inherit', detached: true })
    const { pid } = child
    if (pid === undefined) {
      const [error] = await once(child, 'error')
      throw new CommandNotStartedError(program, error as NodeJS.ErrnoException)
    }
    const supervised = new SupervisedCommand(child, pid, guard)
    supervised.allow(mayRunForMs())
    return supervised
  }

  /** It may run for that long from now, even if nothing more is heard of this process. */
  allow(ms: number): void {
    this.#guard.allow(this.#id, ms)
  }

  /** Passes a signal on to the whole group. */
  send(signal: NodeJS.Signals): void {
    this.#group.send(signal)
  }

  /** Asks the whole group to end; what is stopped goes on, to hear it. */
  stop(): void {
    this.send('SIGTERM')
    this.send('SIGCONT')
  }

  async #untilGone(exited: Promise<number>): Promise<number> {
    try {
      const code = await exited
      if (await this.#isGoneWithin(0)) return code
      this.stop()
      // What forks faster than it is killed is killed again.
      for (
        let graceMs = LEFTOVERS_MS;
        !(await this.#isGoneWithin(graceMs));
        graceMs = LOOK_EVERY_MS
      )
        this.send('SIGKILL')
      return code
    } finally {
      this.#guard.end()
    }
  }

  async #isGoneWithin(ms: number): Promise<boolean> {
    const untilMs = performance.now() + ms
    while (!this.#group.isGone) {
      if (performance.now() >= untilMs) return false
      await sleep(LOOK_EVERY_MS)
    }
    return true
  }
}
