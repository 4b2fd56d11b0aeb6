import { Construct } from 'constructs'
import { type AdmissionPolicy, requireAdmissionPolicies } from './admission-policy.ts'
import { list } from './collection-shapes.ts'
import { emitFence } from './fence.ts'
import { lockContext } from './lock-context.ts'
import { describeMistake, Mistakes } from './mistakes.ts'
import { type Options, optional, readOptions, required } from './options.ts'
import { placeOf } from './place.ts'
import { checkProtected, PROTECTED_OBJECTS, type ProtectedObject } from './protected-object.ts'
import { SHARED_WRITER, type SharedWriter, unsharedWriters } from './shared-writer.ts'
import { text } from './value-shapes.ts'

export interface FencingPolicyProps {
  /** Name of the lock, in the same namespace, whose holders write the objects: `ledger`. */
  readonly lock: string

  /** What nobody but a holder of the lock writes. */
  readonly protects: readonly ProtectedObject[]

  /**
   * Who writes the objects all the same, without a token.
   *
   * @default - nobody
   */
  readonly sharedWith?: readonly SharedWriter[]
}

const FENCING_POLICY_OPTIONS = {
  lock: required(text('ledger'), 'missing'),
  protects: required(PROTECTED_OBJECTS, [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'missing' }]),
  sharedWith: optional(list(SHARED_WRITER)),
} satisfies Options<FencingPolicyProps>

/**
 * Has the API server refuse writes to objects by whoever has lost a lock. A `Lock` with `protects`
 * has one of its own; this is for the locks that apps bring along, of an elected app or a job.
 *
 * Emits two ValidatingAdmissionPolicies and what puts them in force:
 *
 * - The **object rule** is the fence. An object never takes a token older than the newest that it
 *   has seen, so a new holder writes its token onto everything that it protects before it works.
 * - The **Lease rule** is best effort: it refuses tokens older than the Lease's, as far as the API
 *   server knows it at that moment.
 *
 * What is fenced is the content and the labels of an object, and that it is made, scaled or deleted.
 * Status, other annotations, finalizers and owners belong to controllers, which hold no lock.
 */
export class FencingPolicy extends Construct {
  /** The fence. It bites once the new holder has written the object. */
  readonly objectRule: AdmissionPolicy
  /** Best effort, and the only one of the two that sees `/scale`. */
  readonly leaseRule: AdmissionPolicy

  constructor(scope: Construct, id: string, given: FencingPolicyProps) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<FencingPolicyProps>(given, FENCING_POLICY_OPTIONS, mistakes)
    const { protects, sharedWith = [] } = props
    const context = lockContext(this, mistakes)
    requireAdmissionPolicies(context, { option: 'protects', instead: 'Leave this fence out' })
    checkFence(this, { protects, sharedWith }, mistakes)
    const fence = emitFence(context.scope, context, { lock: props.lock, protects, sharedWith })
    this.objectRule = fence.objectRule
    this.leaseRule = fence.leaseRule
  }
}

/** Reports what cannot be protected, and, once the tree is complete, who else writes it. */
export function checkFence(
  construct: Construct,
  {
    protects,
    sharedWith,
  }: {
    readonly protects: readonly ProtectedObject[]
    readonly sharedWith: readonly SharedWriter[]
  },
  mistakes: Mistakes,
): void {
  checkProtected(protects, mistakes)
  construct.node.addValidation({
    validate: () => unsharedWriters(construct, protects, sharedWith).map(describeMistake),
  })
}
