import type { TestContext } from 'vitest'
import { kubernetesSchemas } from '../../../checks/schema/kubernetes-schemas.ts'
import type { Cluster } from '../../control-plane/cluster.ts'

/** The schemas are compared with the newest version that they cover; a given cluster may be older. */
export const skipOnOtherVersions =
  (cluster: Cluster) =>
  async ({ skip }: TestContext): Promise<void> => {
    const newest = kubernetesSchemas.minors.names.at(-1)
    const actual = await cluster.minorVersion()
    if (actual !== newest) skip(`the cluster is ${actual}, the newest schemas are ${newest}`)
  }
