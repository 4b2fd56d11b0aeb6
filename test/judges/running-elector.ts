import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { cachedBinary } from '../control-plane/binary-cache.ts'
import { monotonicUs } from '../leases/contention/monotonic.ts'
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
  readonly #child: ChildProcess
  readonly #reports: Report[] = []
  readonly #ended: Promise<unknown>
  #errors = ''
  #killedUs = Number.POSITIVE_INFINITY

  constructor({ kubeconfig, namespace, lease, identity }: RunningElectorProps) {
    this.identity = identity
    const args = ['--kubeconfig', kubeconfig, '--namespace', namespace, '--lease', lease]
    this.#child = spawn(cachedBinary(CLIENT_GO_ELECTOR), [...args, '--identity', identity], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#ended = once(this.#child, 'close')
    createInterface({ input: this.#child.stdout! }).on('line', (line) =>
      this.#reports.push(JSON.parse(line)),
    )
    this.#child.stderr!.on('data', (text) => {
      this.#errors += text
    })
  }

  /** What it has logged. */
  get errors(): string {
    return this.#errors
  }

  get leads(): boolean {
    return this.#reports.at(-1)?.kind === 'leads'
  }

  async kill(): Promise<void> {
    this.#killedUs = monotonicUs()
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  /** Lets it give the Lease back. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#ended
  }

  /** Once it has ended. */
  terms(): readonly Term[] {
    return this.#reports.flatMap(({ kind, atUs }, index) => {
      const untilUs = this.#reports[index + 1]?.atUs ?? this.#killedUs
      return kind === 'leads' ? { who: this.identity, fromUs: atUs, untilUs } : []
    })
  }
}
