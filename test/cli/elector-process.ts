import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LeaderDocument } from '../../cli/leader-document.ts'
import { eventually } from '../control-plane/eventually.ts'
import { freePort } from '../control-plane/free-port.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

export interface ElectorProcessProps {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Where it says what happens. @default - a pipe that is read */
  readonly stderr?: number
}

/** `lockstep elect` as a process, on a port of its own. */
export class ElectorProcess {
  readonly port: number
  readonly child: ChildProcess
  readonly ended: Promise<number | string>
  #stderr = ''

  private constructor(child: ChildProcess, port: number) {
    this.port = port
    this.child = child
    child.stderr?.on('data', (chunk) => {
      this.#stderr += chunk
    })
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'none'))
    })
  }

  static async start({ args, env, cwd, stderr }: ElectorProcessProps): Promise<ElectorProcess> {
    const port = await freePort()
    const child = spawn(process.execPath, [MAIN, 'elect', `--port=${port}`, ...args], {
      cwd,
      env: { PATH: process.env.PATH, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'ignore', stderr ?? 'pipe'],
    })
    return new ElectorProcess(child, port)
  }

  get pid(): number {
    return this.child.pid!
  }

  get stderr(): string {
    return this.#stderr
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** @returns `undefined` if it does not answer */
  async get(path: string, headers: Record<string, string> = {}): Promise<Response | undefined> {
    try {
      return await fetch(`http://127.0.0.1:${this.port}${path}`, { headers })
    } catch {
      return undefined
    }
  }

  async says(path: string): Promise<number | undefined> {
    return (await this.get(path))?.status
  }

  async leader(): Promise<LeaderDocument | undefined> {
    return (await (await this.get('/leader'))?.json()) as LeaderDocument | undefined
  }

  untilItSays(path: string, status: number, within = 60): Promise<unknown> {
    return eventually(
      `${path} says ${status}`,
      () => this.says(path),
      (said) => said === status,
      within,
      (said) => ({ said, stderr: this.stderr }),
    )
  }

  async stop(): Promise<number | string> {
    this.child.kill('SIGTERM')
    return this.ended
  }
}
