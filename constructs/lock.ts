import { Construct } from 'constructs'
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1'
import type { IRole, IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import { queueLeaseName, runsLeaseName, slotLeaseName } from '../leases/names.ts'
import { type AdmissionPolicy, requireAdmissionPolicies } from './admission-policy.ts'
import { type ClusterIdentity, emitClusterIdentity } from './cluster-identity.ts'
import { EmittedObject } from './emitted-object.ts'
import { emitFence, type Fence } from './fence.ts'
import { checkFence } from './fencing-policy.ts'
import { emitLeaseGuard } from './lease-guard.ts'
import { type LockContext, lockContext } from './lock-context.ts'
import { emitLease, type LockMode, leaseRule } from './lock-leases.ts'
import { LOCK_OPTIONS, type LockProps } from './lock-props.ts'
import { type LockSubject, subjectsOf } from './lock-user.ts'
import { Mistakes } from './mistakes.ts'
import { readOptions } from './options.ts'
import { placeOf } from './place.ts'

/**
 * A lock, declared. Its id is its name. Programs hold it by name and cannot make one, so a name that
 * is mistyped is an error and no second lock.
 *
 * Emits a Lease for each slot, one for the queue and one for the runs that were done once; a Role to
 * read and update these, with its binding; a ClusterRole to know which cluster it is; and a
 * ValidatingAdmissionPolicy that guards the tokens. With `protects`, those of a `FencingPolicy` too.
 *
 * The Leases stay in the cluster when the manifest goes away, with whoever holds them.
 */
export class Lock extends Construct {
  /** Whether every holder has a fencing token. */
  readonly mode: LockMode
  /** How many may hold it at once. */
  readonly slots: number
  /** One for each slot. */
  readonly leases: readonly EmittedObject<ILease>[]
  /** Who waits, and in which order. */
  readonly queueLease: EmittedObject<ILease>
  /** What was done once, by its key, and what came of it. */
  readonly runsLease: EmittedObject<ILease>
  /** To get, update and watch the Leases by name; not to make or list any. */
  readonly role: EmittedObject<IRole>
  /** Absent without `users`. */
  readonly roleBinding: EmittedObject<IRoleBinding> | undefined
  /** What tokens of this cluster are called. Absent without `users`. */
  readonly clusterIdentity: ClusterIdentity | undefined
  /** Refuses writes that would make a token untrue, whoever sends them. Needs Kubernetes 1.30. */
  readonly guard: AdmissionPolicy
  /** Absent without `protects`. */
  readonly fence: Fence | undefined

  constructor(scope: Construct, id: string, given: LockProps = {}) {
    super(...placeOf(scope, id))
    const mistakes = new Mistakes(this)
    const props = readOptions<LockProps>(given, LOCK_OPTIONS, mistakes)
    const context = lockContext(this, mistakes)
    const { app } = context
    this.mode = props.mode ?? 'fenced'
    this.slots = props.slots ?? 1
    this.leases = Array.from({ length: this.slots }, (_, slot) =>
      this.#emitLease(context, slotLeaseName(app, slot), slot === 0 ? this.slots : undefined),
    )
    this.queueLease = this.#emitLease(context, queueLeaseName(app))
    this.runsLease = this.#emitLease(context, runsLeaseName(app))
    this.role = this.#emitRole(context)
    const { users = [] } = props
    const subjects = subjectsOf(users, context.namespace, mistakes)
    this.roleBinding = subjects.length === 0 ? undefined : emitRoleBinding(context, subjects)
    this.clusterIdentity =
      subjects.length === 0 ? undefined : emitClusterIdentity(context.scope, context, subjects)
    requireAdmissionPolicies(context, { option: 'mode', instead: 'Leave the lock out' })
    this.guard = emitLeaseGuard(context.scope, context, this)
    this.fence = this.#emitFence(context, props)
  }

  #emitLease(
    { scope, ...context }: LockContext,
    name: string,
    slots?: number,
  ): EmittedObject<ILease> {
    return emitLease(scope, context, { id: name, name, mode: this.mode, slots })
  }

  #emitRole({ scope, app, metadata }: LockContext): EmittedObject<IRole> {
    const leases = [...this.leases, this.queueLease, this.runsLease]
    return new EmittedObject<IRole>(scope, 'Role', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: metadata(roleName(app)),
      rules: [
        leaseRule(
          leases.map(({ name }) => name),
          { watch: true },
        ),
      ],
    })
  }

  #emitFence(context: LockContext, props: LockProps): Fence | undefined {
    const { protects, sharedWith = [] } = props
    checkProtects(context, props)
    if (protects === undefined) return undefined
    checkFence(this, { protects, sharedWith }, context.mistakes)
    return emitFence(context.scope, context, { lock: context.app, protects, sharedWith })
  }
}

const roleName = (lock: string): string => `${lock}-lock`

const emitRoleBinding = (
  { scope, app, metadata }: LockContext,
  subjects: readonly LockSubject[],
): EmittedObject<IRoleBinding> =>
  new EmittedObject<IRoleBinding>(scope, 'RoleBinding', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadata(roleName(app)),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: roleName(app) },
    subjects: [...subjects],
  })

/** What a fence needs of its lock. */
function checkProtects(
  { mistakes }: LockContext,
  { protects, sharedWith, slots = 1, mode }: LockProps,
): void {
  if (protects === undefined) {
    if (sharedWith === undefined) return
    mistakes.add({
      option: 'sharedWith',
      problem: 'is given without `protects`, so there is nothing to share',
      remedy: 'Leave it out, or name what the lock protects',
    })
    return
  }
  if (slots > 1) {
    mistakes.add({
      option: 'protects',
      problem: `is given with ${slots} slots, whose holders all have tokens of their own, so the newest would shut the others out`,
      remedy: 'Use one slot, or a lock for each object',
    })
  }
  if (mode === 'interop') {
    mistakes.add({
      option: 'protects',
      problem: "is given with `mode: 'interop'`, in which a holder may have no token",
      remedy: "Use `mode: 'fenced'`",
    })
  }
}
