import { existsSync } from 'node:fs'
import { describe } from 'vitest'
import { cachedBinary } from '../control-plane/binary-cache.ts'
import { REGISTRY } from '../control-plane/programs.ts'

const isBuilt = existsSync(cachedBinary(REGISTRY))
if (!isBuilt) {
  const reason = 'registry not built yet: run `npm run control-plane`'
  if (process.env.LOCKSTEP_REQUIRE_CONTROL_PLANE === '1') {
    throw new Error(
      `LOCKSTEP_REQUIRE_CONTROL_PLANE is set and no registry can be started: ${reason}`,
    )
  }
  console.log(`Tests with a registry are skipped: ${reason}`)
}

/** A suite with registries of the project distribution. Skipped where that is not built. */
export function describeWithRegistry(name: string, tests: () => void): void {
  // Several programs take part in each test, and wait for each other.
  describe.skipIf(!isBuilt)(name, { timeout: 120_000 }, tests)
}
