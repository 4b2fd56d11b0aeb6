import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DemoStepError } from './demo-step-error.ts'

const PROGRAM = fileURLToPath(new URL('checkout.ts', import.meta.url))

const GRACE_MS = 5_000

/** What a pod of the checkout runs. */
export interface PodTemplate {
  readonly version: string
  readonly labels: Readonly<Record<string, string>>
}

/** A pod of the checkout: a process of this machine. */
export class Pod {
  readonly name: string
  readonly template: PodTemplate
  /** Where it answers. */
  readonly port: number
  readonly #process: ChildProcess

  private constructor(name: string, template: PodTemplate, port: number, process: ChildProcess) {
    this.name = name
    this.template = template
    this.port = port
    this.#process = process
  }

  /** Starts one, and waits until it listens. */
  static async start(name: string, template: PodTemplate): Promise<Pod> {
    const { version } = template
    const child = spawn(process.execPath, [PROGRAM, version], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const port = await portOf(child.stdout)
    if (port === undefined) throw new DemoStepError(`checkout ${version}`, 'It does not listen')
    return new Pod(name, template, port, child)
  }

  /** Lets it finish what it has begun, for as long as a kubelet would here. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), GRACE_MS)
    await ended
    clearTimeout(patience)
  }
}

/** What it says first; `undefined` if it ends without a word. */
async function portOf(output: Readable): Promise<number | undefined> {
  for await (const line of createInterface({ input: output })) {
    return Number(/^listening on (\d+)$/.exec(line)?.[1] ?? Number.NaN)
  }
  return undefined
}
