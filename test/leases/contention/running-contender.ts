import { join } from 'node:path'
import type { Operation } from '../simulation/history.ts'
import type { ContenderProps, ContenderReport } from './contender.ts'
import { ReportingProcess } from './reporting-process.ts'
import type { Term } from './term.ts'

const CONTENDER = join(import.meta.dirname, 'contender.ts')

/** A process that contends for a lock, and what it has told. */
export class RunningContender {
  readonly name: string
  readonly #lock: string
  readonly #process: ReportingProcess<ContenderReport>

  constructor(props: ContenderProps, env: NodeJS.ProcessEnv) {
    this.name = props.name
    this.#lock = props.lock
    const args = [CONTENDER, JSON.stringify(props)]
    this.#process = new ReportingProcess(process.execPath, args, env)
  }

  /** What it died of, if it did so by itself. */
  get errors(): string {
    return this.#process.errors
  }

  get holds(): number {
    return this.#process.reports.filter(({ kind }) => kind === 'got').length
  }

  pause(): void {
    this.#process.signal('SIGSTOP')
  }

  goOn(): void {
    this.#process.signal('SIGCONT')
  }

  kill(): Promise<void> {
    return this.#process.kill()
  }

  /** Lets it end by itself. */
  stop(): Promise<void> {
    return this.#process.stop()
  }

  /** Its holds, once it has ended. */
  operations(): readonly Operation[] {
    return this.#process.reports.flatMap((report) =>
      report.kind === 'got' ? this.#operationsOf(report) : [],
    )
  }

  /** When it believed that it holds, once it has ended. */
  terms(): readonly Term[] {
    return this.#process.reports.flatMap((report) => {
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
    const reports = this.#process.reports.filter(({ hold }) => hold === id)
    const { killedUs } = this.#process
    const ended = reports.find(({ kind }) => kind === 'ended')
    const untilUs = reports.flatMap((report) => (report.kind === 'believes' ? report.untilUs : []))
    return Math.floor(Math.min(ended?.atUs ?? killedUs, killedUs, Math.max(...untilUs)))
  }
}
