import type { Construct } from 'constructs'
import type {
  IClusterRole,
  IClusterRoleBinding,
  IRoleBinding,
} from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import { EmittedObject } from './emitted-object.ts'
import type { LockSubject } from './lock-user.ts'
import type { ServedLock } from './served-lock.ts'
import type { WorkloadContext } from './workload-context.ts'

const RBAC = 'rbac.authorization.k8s.io'

/** The right to have the API server say who somebody is, and what they may do. */
export interface ReviewRights {
  /** To create SubjectAccessReviews, and TokenReviews if ServiceAccounts are let in. */
  readonly role: EmittedObject<IClusterRole>
  readonly binding: EmittedObject<IClusterRoleBinding>
}

/** Binds the account to the Role that each lock brings along, in the namespace of the lock. */
export const emitLockBindings = (
  scope: Construct,
  { app, namespace, metadata }: WorkloadContext,
  { locks, account }: { readonly locks: readonly ServedLock[]; readonly account: LockSubject },
): readonly EmittedObject<IRoleBinding>[] =>
  locks.map((lock) => {
    // No two apps that serve it meet: neither name nor namespace has a dot.
    const name = `${lock.role}.${app}.${namespace}`
    return new EmittedObject<IRoleBinding>(scope, `${lock.namespace}-${lock.role}`, {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { ...metadata(name), namespace: lock.namespace },
      roleRef: { apiGroup: RBAC, kind: 'Role', name: lock.role },
      subjects: [account],
    })
  })

/** @param reviewsTokens whether those let in are ServiceAccounts; rights are reviewed of all */
export function emitReviewRights(
  scope: Construct,
  { app, namespace, metadata }: WorkloadContext,
  { account, reviewsTokens }: { readonly account: LockSubject; readonly reviewsTokens: boolean },
): ReviewRights {
  const name = `${app}.${namespace}.reviews.lockstep.dev`
  const tokens = {
    apiGroups: ['authentication.k8s.io'],
    resources: ['tokenreviews'],
    verbs: ['create'],
  }
  const rights = {
    apiGroups: ['authorization.k8s.io'],
    resources: ['subjectaccessreviews'],
    verbs: ['create'],
  }
  return {
    role: new EmittedObject<IClusterRole>(scope, 'ReviewRole', {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: metadata(name),
      rules: reviewsTokens ? [tokens, rights] : [rights],
    }),
    binding: new EmittedObject<IClusterRoleBinding>(scope, 'ReviewBinding', {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: metadata(name),
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects: [account],
    }),
  }
}
