import { type ChildProcess, spawn } from 'node:child_process'
import { GitTimeoutError, GitUnusableError } from './git-errors.ts'

export interface GitCall {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly input?: string | Buffer
  readonly signal?: AbortSignal | undefined
  /**
   * Longest silence, in milliseconds. Silence and not duration, because a transfer that moves may
   * take as long as it needs.
   *
   * @default no limit, for commands that talk to nobody
   */
  readonly idleTimeoutMs?: number
  /**
   * Whether a person at the terminal may be asked for a password. The command then shares our
   * process group, since one of its own has no terminal.
   */
  readonly interactive: boolean
}

export interface GitOutput {
  readonly exitCode: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** Time that a command gets to end by itself before it is killed. */
const GRACE_MS = 2000

/**
 * Time for the last words of a command that has ended. What it left in the background (a shared SSH
 * connection, a cache of credentials) may hold its output open for as long as it lives.
 */
const LAST_WORDS_MS = 1000

/**
 * Runs `git` to its end, whatever its exit code.
 *
 * Promised: when this settles, the command has ended; one that was aborted or timed out has ended with
 * all that it started (ssh, a remote helper, a hook).
 *
 * @throws {GitUnusableError} if there is no `git`
 * @throws {GitTimeoutError}
 * @throws the reason of `signal` if that aborts
 */
export function runGit(call: GitCall): Promise<GitOutput> {
  call.signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn('git', call.args, {
      cwd: call.cwd,
      env: call.env,
      stdio: [call.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // A group of its own, so that one signal reaches ssh and hooks as well.
      detached: !call.interactive,
    })
    const watch = new Watch(child, call)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    collect(child.stdout, stdout, watch)
    collect(child.stderr, stderr, watch)
    // A command that ends early closes its input; its exit code says what happened.
    child.stdin?.on('error', () => {})
    child.stdin?.end(call.input)
    child.once('error', (error) => {
      watch.stop()
      reject(new GitUnusableError('The command `git` could not be started', { cause: error }))
    })
    child.once('exit', () => watch.endOfCommand())
    child.once('close', (code) => {
      watch.stop()
      if (watch.failure !== undefined) return reject(watch.failure)
      resolve({
        exitCode: code ?? 128,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString('utf8'),
      })
    })
  })
}

function collect(stream: NodeJS.ReadableStream | null, into: Buffer[], watch: Watch): void {
  stream?.on('data', (chunk: Buffer) => {
    into.push(chunk)
    watch.signOfLife()
  })
}

/** Ends a command that is silent for too long, or that nobody wants any more. */
class Watch {
  /** Why the command was ended; `undefined` if it ended by itself. */
  failure: unknown
  readonly #child: ChildProcess
  readonly #call: GitCall
  #idle: NodeJS.Timeout | undefined
  #grace: NodeJS.Timeout | undefined
  #lastWords: NodeJS.Timeout | undefined

  constructor(child: ChildProcess, call: GitCall) {
    this.#child = child
    this.#call = call
    call.signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.signOfLife()
  }

  signOfLife(): void {
    const { idleTimeoutMs, args } = this.#call
    if (idleTimeoutMs === undefined || this.failure !== undefined) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(
      () => this.#end(new GitTimeoutError(args[0] ?? '', idleTimeoutMs)),
      idleTimeoutMs,
    )
  }

  endOfCommand(): void {
    clearTimeout(this.#idle)
    this.#lastWords = setTimeout(() => {
      this.#child.stdout?.destroy()
      this.#child.stderr?.destroy()
    }, LAST_WORDS_MS)
  }

  stop(): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#grace)
    clearTimeout(this.#lastWords)
    this.#call.signal?.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.#end(this.#call.signal?.reason)

  #end(reason: unknown): void {
    this.failure ??= reason
    this.#kill('SIGTERM')
    this.#grace ??= setTimeout(() => this.#kill('SIGKILL'), GRACE_MS)
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(this.#call.interactive ? pid : -pid, signal)
    } catch (error) {
      // It has ended between our decision and the signal.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
