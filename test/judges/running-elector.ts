import { cachedBinary } from '../control-plane/binary-cache.ts'
import { ReportingProcess } from '../leases/contention/reporting-process.ts'
import type { Term } from '../leases/contention/term.ts'
import { CLIENT_GO_ELECTOR } from './programs.ts'

export interface RunningElectorProps {
  /** File. */
  readonly kubeconfig: string
  readonly namespace: string
  readonly lease: string
  readonly identity: string
}

interface Report {
  readonly kind: 'leads' | 'ended'
  readonly atUs: number
}

/** A process with client-go's own elector. */
export class RunningElector {
  readonly identity: string
  readonly #process: ReportingProcess<Report>

  constructor({ kubeconfig, namespace, lease, identity }: RunningElectorProps) {
    this.identity = identity
    const args = ['--kubeconfig', kubeconfig, '--namespace', namespace, '--lease', lease]
    this.#process = new ReportingProcess(cachedBinary(CLIENT_GO_ELECTOR), [
      ...args,
      '--identity',
      identity,
    ])
  }

  /** What it has logged. */
  get errors(): string {
    return this.#process.errors
  }

  get leads(): boolean {
    return this.#process.reports.at(-1)?.kind === 'leads'
  }

  kill(): Promise<void> {
    return this.#process.kill()
  }

  /** Lets it give the Lease back. */
  stop(): Promise<void> {
    return this.#process.stop()
  }

  /** Once it has ended. */
  terms(): readonly Term[] {
    const { reports, killedUs } = this.#process
    return reports.flatMap(({ kind, atUs }, index) => {
      const untilUs = reports[index + 1]?.atUs ?? killedUs
      return kind === 'leads' ? { who: this.identity, fromUs: atUs, untilUs } : []
    })
  }
}
