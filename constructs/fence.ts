import type { Construct } from 'constructs'
import type { AdmissionPolicy, PolicyContext } from './admission-policy.ts'
import { emitLeaseRule } from './fence-lease-rule.ts'
import { emitObjectRule } from './fence-object-rule.ts'
import type { FenceProps } from './fence-props.ts'

/** The policies of a fence. */
export interface Fence {
  /** The fence: no object takes a token older than the one that it has. */
  readonly objectRule: AdmissionPolicy
  /** Best effort: none older than the Lease's, also where an object has none yet. */
  readonly leaseRule: AdmissionPolicy
}

export const emitFence = (scope: Construct, context: PolicyContext, props: FenceProps): Fence => ({
  objectRule: emitObjectRule(scope, context, props),
  leaseRule: emitLeaseRule(scope, context, props),
})
