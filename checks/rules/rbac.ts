import { at, fields, items } from '../../manifests/fields.ts'
import { forEachOfKind, type Problem } from '../for-each.ts'
import type { Rule } from '../rule.ts'

const GROUP = 'rbac.authorization.k8s.io'
const ROLES = [`${GROUP}/Role`, `${GROUP}/ClusterRole`]
const BINDINGS = [`${GROUP}/RoleBinding`, `${GROUP}/ClusterRoleBinding`]

/** One entry of a role's `rules`. */
interface Grant {
  readonly field: string
  readonly verbs: readonly unknown[]
  readonly resources: readonly unknown[]
  readonly resourceNames: readonly unknown[]
}

const forEachGrant = (judge: (grant: Grant) => Omit<Problem, 'field'> | undefined): Rule['check'] =>
  forEachOfKind(ROLES, (role) =>
    items(role.rules).flatMap((value, index) => {
      const grant = {
        field: `rules[${index}]`,
        verbs: items(at(value, 'verbs')),
        resources: items(at(value, 'resources')),
        resourceNames: items(at(value, 'resourceNames')),
      }
      const problem = judge(grant)
      return problem === undefined ? [] : { field: grant.field, ...problem }
    }),
  )

const wildcard: Rule = {
  id: 'rbac/wildcard',
  severity: 'warning',
  title: 'A role names what it grants',
  why: '`*` also means every kind and verb that will ever be added, Secrets and rights themselves among them.',
  peers: [
    'kube-linter/wildcard-in-rules',
    'checkov/CKV_K8S_49',
    'polaris/clusterrolebindingClusterAdmin',
  ],
  check: forEachGrant(({ verbs, resources }) =>
    verbs.includes('*') || resources.includes('*')
      ? {
          message: `The role grants ${JSON.stringify(verbs)} on ${JSON.stringify(resources)}`,
          remedy: 'List the verbs and resources that are used',
        }
      : undefined,
  ),
}

const ESCALATING: readonly (readonly [resource: string, verbs: readonly string[]])[] = [
  ['roles', ['bind', 'escalate']],
  ['clusterroles', ['bind', 'escalate']],
  ['users', ['impersonate']],
  ['groups', ['impersonate']],
  ['serviceaccounts', ['impersonate']],
  ['serviceaccounts/token', ['create']],
  ['nodes/proxy', ['get', 'create']],
  ['certificatesigningrequests/approval', ['update', 'patch']],
  ['pods/exec', ['create', 'get']],
  ['pods/attach', ['create', 'get']],
]

const escalation: Rule = {
  id: 'rbac/escalation',
  severity: 'warning',
  title: 'No role lets its holder take the rights of others',
  why: 'Who may bind roles, impersonate, make tokens or enter pods has in effect every right that exists there.',
  peers: [
    'checkov/CKV_K8S_155',
    'checkov/CKV_K8S_156',
    'checkov/CKV_K8S_157',
    'checkov/CKV_K8S_158',
    'polaris/rolePodExecAttach',
    'polaris/clusterrolePodExecAttach',
  ],
  check: forEachGrant(({ verbs, resources }) => {
    const granted = ESCALATING.find(
      ([resource, escalating]) =>
        resources.includes(resource) && escalating.some((verb) => verbs.includes(verb)),
    )
    if (granted === undefined) return undefined
    return {
      message: `The role grants ${JSON.stringify(verbs)} on ${granted[0]}`,
      remedy: 'Remove it, or keep it in a role that only people get, for a while',
    }
  }),
}

const secrets: Rule = {
  id: 'rbac/secrets',
  severity: 'warning',
  title: 'A role reads the Secrets that it names, not all of them',
  why: 'Whoever breaks into a pod with this role has every credential of the namespace, or of the cluster.',
  peers: ['kube-linter/access-to-secrets', 'checkov/CKV2_K8S_5'],
  check: forEachGrant(({ verbs, resources, resourceNames }) => {
    const reads = ['get', 'list', 'watch'].filter((verb) => verbs.includes(verb))
    if (!resources.includes('secrets') || reads.length === 0) return undefined
    if (resourceNames.length > 0 && !reads.includes('list')) return undefined
    return {
      message: `The role may ${reads.join(', ')} Secrets`,
      remedy: 'Mount the one Secret that is needed, or grant `get` with `resourceNames`',
    }
  }),
}

const namedCreate: Rule = {
  id: 'rbac/named-create',
  severity: 'warning',
  title: 'A role does not limit `create` by names',
  why: 'The name is not known yet when a create is authorized, so the grant never applies, and the program fails with 403.',
  check: forEachGrant(({ verbs, resources, resourceNames }) => {
    const isObject = resources.some((resource) => !String(resource).includes('/'))
    if (resourceNames.length === 0 || !verbs.includes('create') || !isObject) return undefined
    return {
      message: '`create` is limited by `resourceNames`, which grants nothing',
      remedy: 'Grant `create` in a rule of its own, or make the object beforehand',
    }
  }),
}

const podDelete: Rule = {
  id: 'rbac/pod-delete',
  severity: 'advice',
  title: 'A role evicts pods rather than deleting them',
  why: 'A delete does not ask the PodDisruptionBudget; an eviction does.',
  check: forEachGrant(({ verbs, resources }) =>
    resources.includes('pods') && (verbs.includes('delete') || verbs.includes('deletecollection'))
      ? {
          message: 'The role may delete pods',
          remedy: 'Grant `create` on `pods/eviction` instead',
        }
      : undefined,
  ),
}

const clusterAdmin: Rule = {
  id: 'rbac/cluster-admin',
  severity: 'warning',
  title: 'Nothing that runs in the cluster is cluster-admin',
  why: 'Whoever breaks into one of its pods owns the cluster.',
  peers: [
    'kube-linter/cluster-admin-role-binding',
    'polaris/clusterrolebindingClusterAdmin',
    'polaris/rolebindingClusterAdminClusterRole',
  ],
  check: forEachOfKind(BINDINGS, ({ roleRef }) =>
    at(roleRef, 'name') === 'cluster-admin'
      ? {
          field: 'roleRef.name',
          message: 'The binding grants cluster-admin',
          remedy: 'Grant a role with what is used',
        }
      : undefined,
  ),
}

const defaultAccount: Rule = {
  id: 'rbac/default-account',
  severity: 'warning',
  title: 'Rights are granted to a ServiceAccount of their own',
  why: 'Every pod of the namespace that names no account has the rights of `default`.',
  peers: ['checkov/CKV_K8S_42'],
  check: forEachOfKind(BINDINGS, ({ subjects }) =>
    items(subjects).flatMap((subject, index) => {
      const { kind, name } = fields(subject)
      if (kind !== 'ServiceAccount' || name !== 'default') return []
      return {
        field: `subjects[${index}].name`,
        message: 'The binding grants rights to the ServiceAccount `default`',
        remedy: 'Make a ServiceAccount for the program that needs them',
      }
    }),
  ),
}

export const rbacRules: readonly Rule[] = [
  wildcard,
  escalation,
  secrets,
  namedCreate,
  podDelete,
  clusterAdmin,
  defaultAccount,
]
