import { at, fields, items, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { ObjectSet } from './object-set.ts'
import { namespaceOf, type Workload } from './workload.ts'

const RBAC = 'rbac.authorization.k8s.io'
const WRITING: ReadonlySet<unknown> = new Set([
  '*',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
])

const accounts = new WeakMap<ObjectSet, ReadonlySet<string>>()

/**
 * Whether the pods of a workload may change other objects through the API, as a controller does.
 * Leases do not count: whoever elects a leader needs them.
 */
export function isController({ podSpec, namespace }: Workload, objects: ObjectSet): boolean {
  const account = text(podSpec.serviceAccountName)
  if (account === undefined) return false
  let writing = accounts.get(objects)
  if (writing === undefined) {
    writing = writingAccounts(objects)
    accounts.set(objects, writing)
  }
  return writing.has(`${namespace}/${account}`)
}

function writingAccounts(objects: ObjectSet): ReadonlySet<string> {
  const writing = new Set<string>()
  const bindings = [
    ...objects.ofKind(RBAC, 'RoleBinding'),
    ...objects.ofKind(RBAC, 'ClusterRoleBinding'),
  ]
  for (const { object } of bindings) {
    if (!grantsWriting(object, objects)) continue
    for (const subject of items(object.subjects)) {
      if (at(subject, 'kind') !== 'ServiceAccount') continue
      const namespace = text(at(subject, 'namespace')) ?? namespaceOf(object)
      writing.add(`${namespace}/${String(at(subject, 'name'))}`)
    }
  }
  return writing
}

function grantsWriting(binding: KubernetesObject, objects: ObjectSet): boolean {
  const { kind, name } = fields(binding.roleRef)
  const role = objects.find(RBAC, String(kind), namespaceOf(binding), String(name))
  return items(role?.object.rules).some(
    (rule) =>
      items(at(rule, 'verbs')).some((verb) => WRITING.has(verb)) &&
      !items(at(rule, 'resources')).every((resource) => resource === 'leases'),
  )
}
