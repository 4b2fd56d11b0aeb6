import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster } from '../test/control-plane/cluster.ts'
import type { ClusterChoice, NodesChoice } from '../test/control-plane/cluster-choice.ts'
import type { Connection } from '../test/control-plane/connection.ts'
import { Flux } from '../test/control-plane/gitops/flux.ts'
import { hostControlPlane } from '../test/control-plane/hosted-control-plane.ts'

export interface FreshClusterProps<C extends Cluster> {
  readonly choice: ClusterChoice | NodesChoice
  readonly open: (connect: () => Promise<Connection>) => C
  /** What kustomize-controller is told as `--concurrent`. */
  readonly concurrent: number
}

/** A control plane of its own for one case: what that leaves behind would slow down the next. */
export async function onFreshCluster<C extends Cluster, T>(
  { choice, open, concurrent }: FreshClusterProps<C>,
  use: (cluster: C, flux: Flux, folder: string) => Promise<T>,
): Promise<T> {
  if (choice.kind !== 'binaries') throw new Error('Run `npm run control-plane` first')
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-'))
  const { connection, stop } = await hostControlPlane(choice.binaries)
  const cluster = open(async () => connection)
  try {
    const flux = await Flux.start({ cluster, connection, folder, concurrent })
    try {
      return await use(cluster, flux, folder)
    } finally {
      await flux.end()
    }
  } finally {
    await cluster.leave()
    await stop('drop logs')
    rmSync(folder, { recursive: true })
  }
}
