import { existsSync } from 'node:fs'
import { describe } from 'vitest'
import { cachedBinary } from '../control-plane/binary-cache.ts'
import type { Program } from '../control-plane/programs.ts'
import { SetClock } from '../leases/contention/set-clock.ts'
import { PostgresServer } from '../leases/sql/postgres-server.ts'
import { PrometheusServer } from '../reconciler/prometheus-server.ts'
import { PythonEnvironment } from './python-environment.ts'
import type { PythonProgram } from './python-programs.ts'

const REMEDY = 'run `npm run judges`, which installs it'

/** A suite that needs a Go program. Skipped, and the run says why, where it is not installed. */
export const describeWithProgram = (program: Program, tests: () => void): void =>
  describeIf(existsSync(cachedBinary(program)), program.name, tests)

/** A suite that needs a program of Python. Skipped, and the run says why, where it is not installed. */
export async function describeWithPython(
  program: PythonProgram,
  tests: (environment: PythonEnvironment) => void,
): Promise<void> {
  const environment = new PythonEnvironment(program)
  describeIf(await environment.isInstalled(), program.name, () => tests(environment))
}

/** A suite that sets the clocks of processes. Skipped, and the run says why, without faketime. */
export const describeWithSetClocks = (tests: () => void): void =>
  describeIf(SetClock.isPossible(), 'faketime', tests)

/** A suite that needs a PostgreSQL. Skipped, and the run says why, where it is not installed. */
export const describeWithPostgres = (tests: () => void): void =>
  describeIf(PostgresServer.isPossible(), 'PostgreSQL', tests)

/** A suite that needs a Prometheus. Skipped, and the run says why, where it is not installed. */
export const describeWithPrometheus = (tests: () => void): void =>
  describeIf(PrometheusServer.isPossible(), 'Prometheus', tests)

function describeIf(isInstalled: boolean, judge: string, tests: () => void): void {
  if (!isInstalled) {
    const reason = `${judge} is not installed: ${REMEDY}`
    if (process.env.LOCKSTEP_REQUIRE_JUDGES === '1') {
      throw new Error(`LOCKSTEP_REQUIRE_JUDGES is set, and ${reason}`)
    }
    console.log(`Tests of ${judge} are skipped: ${reason}`)
  }
  describe.skipIf(!isInstalled)(judge, tests)
}
