import { at, items } from '../../manifests/fields.ts'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { isEmptySelector } from '../empty-selector.ts'
import { forEachOfKind, type Problem } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import type { Rule } from '../rule.ts'
import { namespaceOf } from '../workload.ts'

/** Label that every Namespace has, with its name. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name'

/** Kinds by which pods of others are declared in `external`. */
const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet']

const policyPeer: Rule = {
  id: 'network/policy-peer',
  severity: 'warning',
  needsWholeSet: true,
  title: 'Whoever a NetworkPolicy names is some workload',
  why: 'The name is misspelt, or its pods have other labels: a connection that was meant to be allowed runs into a timeout, and nothing says why.',
  check: forEachOfKind('networking.k8s.io/NetworkPolicy', (policy, objects) =>
    peersOf(policy).flatMap(({ peer, field }) => judge(peer, field, namespaceOf(policy), objects)),
  ),
}

interface PolicyPeer {
  readonly peer: unknown
  readonly field: string
}

const peersOf = ({ spec }: KubernetesObject): PolicyPeer[] =>
  (['ingress', 'egress'] as const).flatMap((direction) => {
    const list = direction === 'ingress' ? 'from' : 'to'
    return items(at(spec, direction)).flatMap((rule, index) =>
      items(at(rule, list)).map((peer, part) => ({
        peer,
        field: `spec.${direction}[${index}].${list}[${part}]`,
      })),
    )
  })

function judge(
  peer: unknown,
  field: string,
  ownNamespace: string,
  objects: ObjectSet,
): readonly Problem[] {
  const selector = at(peer, 'podSelector')
  if (selector === undefined || isEmptySelector(selector)) return []
  const namespaces = namespacesOf(peer, ownNamespace)
  const isSeen = namespaces?.every((namespace) => hasPods(namespace, objects)) ?? false
  if (namespaces === undefined || !isSeen) return []
  const isSomebody = namespaces.some(
    (namespace) =>
      objects.pods.selectedBy(namespace, selector).length > 0 ||
      isDeclared(namespace, selector, objects),
  )
  if (isSomebody) return []
  const labels = JSON.stringify(at(selector, 'matchLabels') ?? selector)
  return [
    {
      field: `${field}.podSelector`,
      message: `No pod in ${namespaces.join(', ')} has the labels ${labels}`,
      remedy:
        'Name a workload that is there, or its namespace; declare in `external` what is made by others',
    },
  ]
}

/** By name; `undefined` if they are chosen by labels that we need not know all of. */
function namespacesOf(peer: unknown, own: string): readonly string[] | undefined {
  const selector = at(peer, 'namespaceSelector')
  if (selector === undefined || selector === null) return [own]
  const name = at(selector, 'matchLabels', NAMESPACE_NAME)
  if (typeof name === 'string') return [name]
  const expression = items(at(selector, 'matchExpressions')).find(
    (each) => at(each, 'key') === NAMESPACE_NAME && at(each, 'operator') === 'In',
  )
  return expression === undefined ? undefined : items(at(expression, 'values')).map(String)
}

/** Whether the set has pods there. Of a namespace without any we know nothing. */
const hasPods = (namespace: string, { pods }: ObjectSet): boolean =>
  pods.selectedBy(namespace, {}).length > 0

/** Whether one of the labels is the name of a workload that is declared to exist. */
function isDeclared(namespace: string, selector: unknown, objects: ObjectSet): boolean {
  const labels = at(selector, 'matchLabels')
  if (!isRecord(labels)) return false
  return Object.values(labels).some((name) =>
    WORKLOAD_KINDS.some((kind) =>
      objects.external.has({ group: 'apps', kind, namespace, name: String(name) }),
    ),
  )
}

export const policyPeerRules: readonly Rule[] = [policyPeer]
