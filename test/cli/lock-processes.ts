import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

export interface LockProcess {
  readonly pid: number
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly ended: Promise<{ readonly code: number | string; readonly stderr: string }>
}

/** Processes of `lockstep lock` on locks of one place, and a log that what they run writes. */
export class LockProcesses {
  readonly folder = temporaryFolder()
  readonly log = join(this.folder, 'log')
  readonly store: readonly string[]

  /** @param store options that say where the locks are @default a new SQLite file */
  constructor(store?: readonly string[]) {
    this.store = store ?? ['--store', this.file]
  }

  get file(): string {
    return join(this.folder, 'locks.db')
  }

  /** `lockstep lock ACTION ARGS`, in place of the store's options if there are others. */
  start(action: string, args: readonly string[], store = this.store): LockProcess {
    const child = spawn(process.execPath, [MAIN, 'lock', action, ...store, ...args], {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', LOG: this.log },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    const ended = new Promise<{ code: number | string; stderr: string }>((resolve) => {
      child.once('close', (code, signal) => resolve({ code: code ?? signal ?? 'none', stderr }))
    })
    return { pid: child.pid!, child, stdout: () => stdout, ended }
  }

  async run(action: string, ...args: readonly string[]) {
    const started = this.start(action, args)
    return { ...(await started.ended), stdout: started.stdout() }
  }

  /** A shell script under the lock `job`, which can write lines to `$LOG`. */
  script(script: string, options: readonly string[] = []): LockProcess {
    return this.start('run', ['job', ...options, '--', 'sh', '-c', script])
  }

  lines(): readonly string[] {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').split('\n').slice(0, -1) : []
  }

  write(line: string): void {
    appendFileSync(this.log, `${line}\n`)
  }

  untilLogged(line: string): Promise<unknown> {
    return eventually(
      `'${line}' in the log`,
      async () => this.lines(),
      (lines) => lines.includes(line),
    )
  }
}

/** Says on and on that it runs. */
export const sayOnAndOn = (who: string): string =>
  `while :; do echo ${who} >> "$LOG"; sleep 0.05; done`

/** Whether nobody else said a thing once the other had begun. */
export function isHandedOver(lines: readonly string[], from: string, to: string): boolean {
  const first = lines.indexOf(to)
  return lines.includes(from) && first > 0 && !lines.slice(first).includes(from)
}

export const isRunning = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !/\) [ZX] /.test(stat)
  } catch {
    return false
  }
}
