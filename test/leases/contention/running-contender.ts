import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Operation } from '../simulation/history.ts'
import type { ContenderProps, ContenderReport } from './contender.ts'
import { monotonicUs } from './monotonic.ts'
import type { Term } from './term.ts'

const CONTENDER = join(import.meta.dirname, 'contender.ts')

/** A process that contends for a lock, and what it has told. */
export class RunningContender {
  readonly name: string
  readonly #child: ChildProcess
  readonly #lock: string
  readonly #reports: ContenderReport[] = []
  readonly #ended: Promise<unknown>
  #errors = ''
  #killedUs = Number.POSITIVE_INFINITY

  constructor(props: ContenderProps, env: NodeJS.ProcessEnv) {
    this.name = props.name
    this.#lock = props.lock
    this.#child = spawn(process.execPath, [CONTENDER, JSON.stringify(props)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    this.#ended = once(this.#child, 'close')
    createInterface({ input: this.#child.stdout! }).on('line', (line) =>
      this.#reports.push(JSON.parse(line)),
    )
    this.#child.stderr!.on('data', (text) => {
      this.#errors += text
    })
  }

  /** What it died of, if it did so by itself. */
  get errors(): string {
    return this.#errors
  }

  get holds(): number {
    return this.#reports.filter(({ kind }) => kind === 'got').length
  }

  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  goOn(): void {
    this.#child.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    this.#killedUs = monotonicUs()
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  /** Lets it end by itself. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    this.goOn()
    await this.#ended
  }

  /** Its holds, once it has ended. */
  operations(): readonly Operation[] {
    return this.#reports.flatMap((report) =>
      report.kind === 'got' ? this.#operationsOf(report) : [],
    )
  }

  /** When it believed that it holds, once it has ended. */
  terms(): readonly Term[] {
    return this.#reports.flatMap((report) => {
      if (report.kind !== 'got') return []
      const untilUs = this.#believedUntilUs(report.hold)
      return untilUs > report.atUs ? { who: this.name, fromUs: report.atUs, untilUs } : []
    })
  }

  #operationsOf(got: ContenderReport & { readonly kind: 'got' }): readonly Operation[] {
    const { hold, token, askedUs, atUs } = got
    const common = { process: this.name, slot: this.#lock, hold, token }
    return [
      { ...common, kind: 'acquire', callUs: askedUs, returnUs: atUs },
      { ...common, kind: 'end', callUs: this.#believedUntilUs(hold) },
    ]
  }

  #believedUntilUs(id: string): number {
    const reports = this.#reports.filter(({ hold }) => hold === id)
    const ended = reports.find(({ kind }) => kind === 'ended')
    const untilUs = reports.flatMap((report) => (report.kind === 'believes' ? report.untilUs : []))
    return Math.floor(Math.min(ended?.atUs ?? this.#killedUs, this.#killedUs, Math.max(...untilUs)))
  }
}
