import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe } from 'vitest'
import { sharedFolder } from '../../gitops/shared-folder.ts'
import { cachedBinary } from '../binary-cache.ts'
import type { Cluster } from '../cluster.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { describeWithCluster } from '../describe-with-cluster.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { KUSTOMIZE_CONTROLLER } from '../programs.ts'
import { type ClusterKind, connectToSharedCluster } from '../shared-cluster-client.ts'
import { Flux } from './flux.ts'

const isBuilt = existsSync(cachedBinary(KUSTOMIZE_CONTROLLER))
if (!isBuilt) {
  const reason = 'kustomize-controller not built yet: run `npm run control-plane`'
  if (process.env.LOCKSTEP_REQUIRE_CONTROL_PLANE === '1') {
    throw new Error(`LOCKSTEP_REQUIRE_CONTROL_PLANE is set and Flux cannot be started: ${reason}`)
  }
  console.log(`Tests with Flux are skipped: ${reason}`)
}

/** What a suite with Flux has from its first test on. */
export interface FluxOfSuite {
  readonly flux: Flux
}

const START_TIMEOUT_MS = 120_000

/**
 * A suite on a real API server with Flux on it, and a deploy repository of its own. Skipped where
 * one of them is not built.
 */
export function describeWithFlux(
  name: string,
  tests: (cluster: Cluster, suite: FluxOfSuite) => void,
): void {
  describe.skipIf(!isBuilt)('Flux', () => {
    describeWithCluster(name, (cluster) => tests(cluster, fluxOfSuite(cluster)))
  })
}

/** The same on a real cluster whose controllers, scheduler and nodes do what they do. */
export function describeWithFluxAndNodes(
  name: string,
  tests: (cluster: ClusterWithNodes, suite: FluxOfSuite) => void,
): void {
  describe.skipIf(!isBuilt)('Flux', () => {
    describeWithNodes(name, (cluster) => tests(cluster, fluxOfSuite(cluster, 'nodes')))
  })
}

function fluxOfSuite(cluster: Cluster, kind: ClusterKind = 'api'): FluxOfSuite {
  const folder = sharedFolder()
  let flux: Flux | undefined
  beforeAll(async () => {
    flux = await Flux.start({ cluster, connection: await connectToSharedCluster(kind), folder })
  }, START_TIMEOUT_MS)
  afterAll(() => flux?.stop(), START_TIMEOUT_MS)
  return {
    get flux() {
      if (flux === undefined) throw new Error('Flux has not been started yet')
      return flux
    },
  }
}
