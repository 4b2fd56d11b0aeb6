import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { PolicyRule } from '../control-plane/service-account.ts'

/** One verb on one resource: of a name, or of all. */
export interface Right {
  readonly verb: string
  readonly group: string
  readonly resource: string
  /** `undefined` in the whole cluster. */
  readonly namespace: string | undefined
  readonly name: string | undefined
}

/** What manifests grant to a ServiceAccount, by all Roles and ClusterRoles that are bound to it. */
export function grantedRights(
  objects: readonly KubernetesObject[],
  account: { readonly name: string; readonly namespace: string },
): readonly Right[] {
  return objects
    .filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding')
    .filter(({ subjects }) =>
      (subjects as readonly (typeof account)[]).some(
        ({ name, namespace }) => name === account.name && namespace === account.namespace,
      ),
    )
    .flatMap((binding) =>
      rulesOf(binding, objects).flatMap((rule) => rightsOf(rule, binding.metadata.namespace)),
    )
}

function rulesOf(
  { roleRef, metadata }: KubernetesObject,
  objects: readonly KubernetesObject[],
): readonly PolicyRule[] {
  const { kind, name } = roleRef as { readonly kind: string; readonly name: string }
  const namespace = kind === 'Role' ? metadata.namespace : undefined
  const role = objects.find(
    (object) =>
      object.kind === kind &&
      object.metadata.name === name &&
      object.metadata.namespace === namespace,
  )
  if (role === undefined) throw new TypeError(`There is no ${kind} ${name}`)
  return role.rules as readonly PolicyRule[]
}

const rightsOf = (rule: PolicyRule, namespace: string | undefined): readonly Right[] =>
  rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        (rule.resourceNames ?? [undefined]).map((name) => ({
          verb,
          group,
          resource,
          namespace,
          name,
        })),
      ),
    ),
  )

/** The namespace of a namespace is itself, to an API server. */
export const describeRight = ({ verb, group, resource, namespace, name }: Right): string => {
  const where = resource === 'namespaces' ? undefined : namespace
  const what = [where, name].filter((part) => part !== undefined).join('/')
  return `${verb} ${[resource, group].filter((part) => part !== '').join('.')} ${what}`.trimEnd()
}
