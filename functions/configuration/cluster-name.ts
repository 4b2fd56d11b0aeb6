import { z } from 'zod'
import { configured } from './configuration-error.ts'
import { present } from './present.ts'

/** What names the cluster in fencing tokens, as `KubernetesLeaseStore` takes it. */
export interface ClusterName {
  readonly clusterId?: string
  readonly epoch?: number
}

export const CLUSTER_ID = z
  .string()
  .regex(/^[^:\s]{1,63}$/, 'Write a name of up to 63 characters, without colons and spaces')

export const EPOCH = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'Write a whole number from 1')
  .transform(Number)

const VARIABLES = z.object({
  LOCKSTEP_CLUSTER_ID: CLUSTER_ID.optional(),
  LOCKSTEP_EPOCH: EPOCH.optional(),
})

/** @throws {ConfigurationError} */
export function clusterNameOf(env: Readonly<Record<string, string | undefined>>): ClusterName {
  const { LOCKSTEP_CLUSTER_ID, LOCKSTEP_EPOCH } = configured(VARIABLES, present(env), '')
  return {
    ...(LOCKSTEP_CLUSTER_ID !== undefined && { clusterId: LOCKSTEP_CLUSTER_ID }),
    ...(LOCKSTEP_EPOCH !== undefined && { epoch: LOCKSTEP_EPOCH }),
  }
}
