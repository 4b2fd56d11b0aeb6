import { afterAll, beforeAll, describe } from 'vitest'
import { ClusterWithNodes } from './cluster-with-nodes.ts'
import { clusterAvailability, connectToSharedCluster } from './shared-cluster-client.ts'

const availability = await clusterAvailability('nodes')
if (!availability.available && availability.required) {
  throw new Error(`LOCKSTEP_REQUIRE_CONTROL_PLANE is set and there is none: ${availability.reason}`)
}

/** Deadlines are those of what is waited for; this is for what hangs. */
const TEST_TIMEOUT_MS = 360_000

/**
 * A suite on real controllers, a real scheduler, and nodes of its own: six in three zones unless it
 * says otherwise. Skipped where the control plane is not built; the run says once why.
 */
export function describeWithNodes(
  name: string,
  tests: (cluster: ClusterWithNodes) => void,
  size = { zones: 3, perZone: 2 },
): void {
  describe.skipIf(!availability.available)(name, { timeout: TEST_TIMEOUT_MS }, () => {
    const cluster = new ClusterWithNodes(() => connectToSharedCluster('nodes'))
    beforeAll(() => cluster.nodes(size), TEST_TIMEOUT_MS)
    // Hooks of the tests that end what they have on the cluster come first: the last one is first.
    afterAll(() => cluster.leave())
    tests(cluster)
  })
}
