import type { Construct } from 'constructs'
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1'
import type { IIoK8sApiRbacV1PolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import { LEASE_ANNOTATIONS } from '../leases/names.ts'
import { EmittedObject } from './emitted-object.ts'
import { NEVER_PRUNED } from './never-pruned.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

/**
 * Who may contend for a Lease. `fenced`: holders with fencing tokens alone; the API server refuses
 * all others. `interop`: electors of client-go too, so a holder may have no token.
 */
export type LockMode = 'fenced' | 'interop'

/** What the Leases of a lock need to know of the lock or app that they are of. */
export type LeaseContext = Pick<WorkloadContext, 'app' | 'metadata'>

export interface EmittedLeaseProps {
  readonly id: string
  readonly name: string
  readonly mode: LockMode
  /** On the first Lease of a lock: how many it has, which all that use it have to say too. */
  readonly slots?: number | undefined
}

/**
 * Without a spec: who holds it is not in Git, so no sync ever puts it back. Never pruned, or
 * whoever holds it would lose it with its manifest.
 */
export const emitLease = (
  scope: Construct,
  { metadata }: LeaseContext,
  { id, name, mode, slots }: EmittedLeaseProps,
): EmittedObject<ILease> =>
  new EmittedObject<ILease>(scope, id, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: metadata(name, {
      ...NEVER_PRUNED,
      [LEASE_ANNOTATIONS.mode]: mode,
      ...(slots !== undefined && { [LEASE_ANNOTATIONS.slots]: String(slots) }),
    }),
  })

/**
 * No `create`, which RBAC cannot limit to a name: it would let any Lease be taken, and a deleted one
 * live again with its old holder.
 *
 * @param watch by name too (K32): tells our own programs that wait. client-go looks from time to time
 */
export const leaseRule = (
  names: readonly string[],
  { watch }: { readonly watch: boolean },
): Written<IIoK8sApiRbacV1PolicyRule> => ({
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  resourceNames: [...names],
  verbs: watch ? ['get', 'update', 'watch'] : ['get', 'update'],
})
