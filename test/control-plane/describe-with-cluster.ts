import { afterAll, beforeAll, describe } from 'vitest'
import { Cluster } from './cluster.ts'
import { clusterAvailability, connectToSharedCluster } from './shared-cluster-client.ts'

const availability = await clusterAvailability()
if (!availability.available && availability.required) {
  throw new Error(`LOCKSTEP_REQUIRE_CONTROL_PLANE is set and there is none: ${availability.reason}`)
}

/**
 * A suite on a real API server, which all files of the run share. Skipped where there is none; the
 * run says once why, and what to do about it.
 */
export function describeWithCluster(name: string, tests: (cluster: Cluster) => void): void {
  describe.skipIf(!availability.available)(name, () => {
    const cluster = new Cluster(() => connectToSharedCluster())
    beforeAll(async () => {
      await cluster.namespace()
    })
    // Hooks of the tests that end what they have on the cluster come first: the last one is first.
    afterAll(() => cluster.leave())
    tests(cluster)
  })
}
