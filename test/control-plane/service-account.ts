import type { Cluster } from './cluster.ts'
import { eventually } from './eventually.ts'

export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

export interface TokenProps {
  /** @default - those of the API itself */
  readonly audiences?: readonly string[]
  readonly boundObjectRef?: Readonly<Record<string, string>>
  /** @default 600 */
  readonly expirationSeconds?: number
}

/** Makes a ServiceAccount that may do this in its namespace, and nothing else. */
export async function applyServiceAccount(
  cluster: Cluster,
  name: string,
  rules: readonly PolicyRule[],
): Promise<void> {
  const namespace = await cluster.namespace()
  const metadata = { name, namespace }
  const apiGroup = 'rbac.authorization.k8s.io'
  const role = { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules }
  const binding = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  }
  await cluster.apply([{ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, role, binding])
  // The authorizer reads roles from a cache.
  const [{ apiGroups, resources, resourceNames, verbs }] = rules as [PolicyRule]
  const resourceAttributes = {
    namespace,
    group: apiGroups[0],
    resource: resources[0],
    name: resourceNames?.[0],
    verb: verbs[0],
  }
  await eventually(
    `${name} may ${verbs[0]} ${resources[0]}`,
    () => mayDo(cluster, `system:serviceaccount:${namespace}:${name}`, resourceAttributes),
    (allowed) => allowed,
  )
}

/** Whoever may ask. */
interface Asker {
  send(request: {
    readonly method: string
    readonly path: string
    readonly body: unknown
  }): Promise<{ readonly body: unknown }>
}

/** What a SubjectAccessReview says. */
export async function mayDo(
  asker: Asker,
  user: string,
  resourceAttributes: Readonly<Record<string, string | undefined>>,
  groups: readonly string[] = [],
): Promise<boolean> {
  const { body } = await asker.send({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, groups, resourceAttributes },
    },
  })
  return (body as { status: { allowed: boolean } }).status.allowed
}

/** A token of a ServiceAccount, as the kubelet asks for one. */
export async function tokenOf(
  cluster: Cluster,
  name: string,
  props: TokenProps = {},
): Promise<string> {
  const { status, body } = await cluster.send({
    method: 'POST',
    path: `/api/v1/namespaces/${await cluster.namespace()}/serviceaccounts/${name}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 600, ...props },
    },
  })
  if (status !== 201) throw new Error(`No token for ${name}: ${JSON.stringify(body)}`)
  return (body as { status: { token: string } }).status.token
}
