import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('http-backend-main.ts', import.meta.url))

/** An HTTP service that is a process of its own. Its answers are its name. */
export class HttpBackend implements AsyncDisposable {
  readonly port: number
  readonly #process: ChildProcess

  private constructor(port: number, process: ChildProcess) {
    this.port = port
    this.#process = process
  }

  /** @param failsEvery how many requests there are to a failure; 0 if none fails */
  static async start(name: string, failsEvery = 0): Promise<HttpBackend> {
    const child = spawn(process.execPath, [PROGRAM, name, String(failsEvery)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })
    const [port] = (await once(lines, 'line')) as [string]
    return new HttpBackend(Number(port), child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill()
    await ended
  }
}
