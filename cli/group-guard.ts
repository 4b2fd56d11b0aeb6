import { type ChildProcess, spawn } from 'node:child_process'

/**
 * A process of its own that kills a process group when nobody says any more that it may go on: when
 * this process was killed, or stopped for too long. So the group does not outlive the hold that it
 * works under, unless the guard is killed too or the whole machine stands still.
 */
export class GroupGuard {
  readonly #process: ChildProcess

  private constructor() {
    // Not a file of its own: the package is bundled, and where its parts are differs.
    const args = ['--title=lockstep-guard', '--eval', `(${guard})()`]
    this.#process = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      // Signals of the terminal are not for it.
      detached: true,
      env: {},
    })
    this.#process.stdin?.on('error', () => {})
    this.#process.unref()
  }

  /**
   * One that hears what is said to it. On a busy machine another Node can take longer to start than a hold
   * lasts, and whatever ran before that would be unguarded.
   */
  static async start(): Promise<GroupGuard> {
    const guard = new GroupGuard()
    const { stdout } = guard.#process
    await new Promise<void>((resolve) => {
      stdout?.once('data', () => resolve())
      guard.#process.once('exit', () => resolve())
      // Without a guard the hold is kept as well, as long as this process lives.
      guard.#process.on('error', () => resolve())
    })
    stdout?.destroy()
    return guard
  }

  /**
   * The group may run for that long from now, should nothing more be said. Before the first call
   * nothing is guarded.
   *
   * @param group its id
   */
  allow(group: number, ms: number): void {
    const untilMs = Number(process.hrtime.bigint() / 1_000_000n) + Math.max(ms, 0)
    this.#process.stdin?.write(`${group} ${untilMs}\n`)
  }

  /** To be called when the group is gone: its number may be given to others. */
  end(): void {
    this.#process.kill('SIGKILL')
  }
}

/**
 * Runs in the other process, as text: knows nothing of this module. Reads lines of a group and until
 * when it may run, on the clock that all processes of a machine share. When they end, their writer
 * has: the group is asked to end, and killed at that time.
 */
function guard(): void {
  let group = 0
  let untilMs = 0
  let timer: NodeJS.Timeout | undefined
  let rest = ''
  const nowMs = () => Number(process.hrtime.bigint() / 1_000_000n)
  const send = (signal: NodeJS.Signals | 0) => {
    try {
      return group > 0 && process.kill(-group, signal)
    } catch {
      // Nobody is left.
      return false
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    const last = lines.at(-1)
    if (last === undefined) return
    ;[group = 0, untilMs = 0] = last.split(' ').map(Number)
    clearTimeout(timer)
    timer = setTimeout(() => send('SIGKILL'), Math.max(untilMs - nowMs(), 0))
  })
  process.stdin.on('end', () => {
    send('SIGTERM')
    send('SIGCONT')
    // Only as long as it is that group: its number may be given to others.
    setInterval(() => {
      const isOver = nowMs() >= untilMs
      if (isOver) send('SIGKILL')
      if (isOver || !send(0)) process.exit()
    }, 20)
  })
  process.stdout.write('ready\n')
}
