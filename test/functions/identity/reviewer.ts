import type { Cluster } from '../../control-plane/cluster.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { mayDo } from '../../control-plane/service-account.ts'

const RBAC = 'rbac.authorization.k8s.io'

/** What may be reviewed, and the group of the API that does it. */
const REVIEWS = {
  tokenreviews: 'authentication.k8s.io',
  subjectaccessreviews: 'authorization.k8s.io',
} as const

/** A ServiceAccount `reviewer` that may create these reviews, and do nothing else in the cluster. */
export async function applyReviewer(
  cluster: Cluster,
  ...reviews: readonly (keyof typeof REVIEWS)[]
): Promise<void> {
  const namespace = await cluster.namespace()
  const account = { kind: 'ServiceAccount', name: 'reviewer', namespace }
  const metadata = { name: `reviewer-${namespace}` }
  const rules = reviews.map((resource) => ({
    apiGroups: [REVIEWS[resource]],
    resources: [resource],
    verbs: ['create'],
  }))
  const role = { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules }
  const binding = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: metadata.name },
    subjects: [account],
  }
  const serviceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: account.name, namespace },
  }
  await cluster.apply([serviceAccount, role, binding])
  // The authorizer reads roles from a cache.
  for (const resource of reviews) {
    const right = { group: REVIEWS[resource], resource, verb: 'create' }
    await eventually(
      `the reviewer may create ${resource}`,
      () => mayDo(cluster, `system:serviceaccount:${namespace}:reviewer`, right),
      (allowed) => allowed,
    )
  }
}

/** What is of the cluster does not go with the namespace. */
export async function removeReviewer(cluster: Cluster): Promise<void> {
  const name = `reviewer-${await cluster.namespace()}`
  for (const kind of ['clusterrolebindings', 'clusterroles']) {
    await cluster.send({ method: 'DELETE', path: `/apis/${RBAC}/v1/${kind}/${name}` })
  }
}
