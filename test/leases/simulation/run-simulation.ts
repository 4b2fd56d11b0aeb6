import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Violation } from './witness.ts'

export interface SimulationReport {
  readonly schedules: number
  readonly calm: number
  readonly holds: number
  /** Writes that only their token kept out. */
  readonly fenced: number
  readonly perMinute: number
  readonly failures: number
  readonly failed: readonly { readonly seed: number; readonly violations: readonly Violation[] }[]
}

export interface RunSimulationProps {
  /** Folder that has `leases/` and `test/leases/simulation/`. */
  readonly root: string
  readonly first: number
  readonly count: number
  readonly untilFailure?: boolean
  readonly drift?: number
  /** How many share the lock. @default 2 to 4 */
  readonly processes?: number
  /** File that the history of every schedule is appended to, a line each. @default none is kept */
  readonly histories?: string
}

/** One that never ends is not left behind. */
const ENDED_AFTER_MS = 280_000

/** Runs schedules in a process of their own, as fast as they go. */
export async function runSimulation(props: RunSimulationProps): Promise<SimulationReport> {
  const { root, first, count, untilFailure = false, drift, processes, histories } = props
  const args = [
    `${root}/test/leases/simulation/main.ts`,
    `--first=${first}`,
    `--count=${count}`,
    ...(untilFailure ? ['--until-failure'] : []),
    ...(drift === undefined ? [] : [`--drift=${drift}`]),
    ...(processes === undefined ? [] : [`--processes=${processes}`]),
    ...(histories === undefined ? [] : [`--histories=${histories}`]),
  ]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: ENDED_AFTER_MS,
    killSignal: 'SIGKILL',
  })
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (output === '') throw new Error(`The simulation said nothing. ${errors}`)
  return JSON.parse(output) as SimulationReport
}
