import type { Construct } from 'constructs'
import type {
  IClusterRole,
  IClusterRoleBinding,
} from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import { EmittedObject } from './emitted-object.ts'
import type { LockSubject } from './lock-user.ts'
import type { WorkloadContext } from './workload-context.ts'

/** The right to know which cluster it is. */
export interface ClusterIdentity {
  /** To get the namespace `kube-system`, by whose uid clusters are told apart. */
  readonly role: EmittedObject<IClusterRole>
  readonly binding: EmittedObject<IClusterRoleBinding>
}

/**
 * Lets holders of fencing tokens get the namespace `kube-system`, by whose uid a token says which
 * cluster it is of. They see its labels too, and nothing that is in it.
 */
export function emitClusterIdentity(
  scope: Construct,
  { app, namespace, metadata }: Pick<WorkloadContext, 'app' | 'namespace' | 'metadata'>,
  subjects: readonly LockSubject[],
): ClusterIdentity {
  // As the names of policies: neither of the first two has a dot, so no two of a cluster meet.
  const name = `${app}.${namespace}.cluster-identity.lockstep.dev`
  return {
    role: new EmittedObject<IClusterRole>(scope, 'ClusterIdentityRole', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: metadata(name),
      rules: [
        {
          apiGroups: [''],
          resources: ['namespaces'],
          resourceNames: ['kube-system'],
          verbs: ['get'],
        },
      ],
    }),
    binding: new EmittedObject<IClusterRoleBinding>(scope, 'ClusterIdentityBinding', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: metadata(name),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [...subjects],
    }),
  }
}
