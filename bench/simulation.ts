import { availableParallelism } from 'node:os'
import { runSimulation } from '../test/leases/simulation/run-simulation.ts'
import type { Bar } from './report.ts'
import { ROOT } from './rivals.ts'

export interface SimulationSpeed {
  readonly processes: number
  readonly schedules: number
  readonly perMinute: number
}

/** Runs schedules of the lock simulation on all cores. */
export async function benchSimulation(schedules: number): Promise<SimulationSpeed> {
  const processes = availableParallelism()
  const each = Math.ceil(schedules / processes)
  const began = performance.now()
  const reports = await Promise.all(
    Array.from({ length: processes }, (_, index) =>
      runSimulation({ root: ROOT, first: 1 + index * each, count: each }),
    ),
  )
  const seconds = (performance.now() - began) / 1000
  const failures = reports.reduce((sum, report) => sum + report.failures, 0)
  if (failures > 0) throw new Error(`${failures} schedules broke a promise: run the tests`)
  const run = processes * each
  return { processes, schedules: run, perMinute: Math.round((run / seconds) * 60) }
}

export const simulationBar = ({ processes, perMinute }: SimulationSpeed): Bar => ({
  promise: 'simulated lock schedules: at least 20,000 a minute on 2 cores',
  measured: `${perMinute.toLocaleString('en')} a minute on ${processes}`,
  isMet: perMinute / processes >= 10_000,
})
