import { at, fields, items, number } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { isEmptySelector } from '../empty-selector.ts'
import { forEachOfKind, forEachWorkload } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import type { Rule } from '../rule.ts'
import { namespaceOf, type Workload } from '../workload.ts'

type Direction = 'Ingress' | 'Egress'

/** Directions that a NetworkPolicy restricts; egress only if it says so or has rules for it. */
function directionsOf({ spec }: KubernetesObject): readonly unknown[] {
  const types = items(at(spec, 'policyTypes'))
  if (types.length > 0) return types
  return at(spec, 'egress') === undefined ? ['Ingress'] : ['Ingress', 'Egress']
}

const policiesOf = (
  workload: Workload,
  direction: Direction,
  objects: ObjectSet,
): readonly KubernetesObject[] =>
  objects
    .networkPoliciesOf(workload)
    .map(({ object }) => object)
    .filter((policy) => directionsOf(policy).includes(direction))

const policyMissing: Rule = {
  id: 'network/policy-missing',
  severity: 'warning',
  title: 'A pod talks to nobody that it was not allowed to talk to',
  why: 'Without a NetworkPolicy every pod of the cluster can reach it, and it can reach every other and the Internet: one hole is enough for all.',
  peers: [
    'kube-score/pod-networkpolicy',
    'kube-linter/non-isolated-pod',
    'polaris/missingNetworkPolicy',
    'checkov/CKV2_K8S_6',
    'kubescape/C-0260',
  ],
  check: forEachWorkload((workload, objects) => {
    // Policies do not apply to the network of the node.
    if (workload.podSpec.hostNetwork === true) return undefined
    const open = (['Ingress', 'Egress'] as const).filter(
      (direction) => policiesOf(workload, direction, objects).length === 0,
    )
    if (open.length === 0) return undefined
    return {
      message: `No NetworkPolicy restricts its ${open.join(' and ').toLowerCase()} traffic`,
      remedy: 'Add one that selects its pods, with `policyTypes: [Ingress, Egress]`',
    }
  }),
}

/** Whether an egress rule lets a protocol through on port 53; no ports means all of them. */
function allowsDns(rule: unknown, protocol: string): boolean {
  const ports = items(at(rule, 'ports'))
  if (ports.length === 0) return true
  return ports.some((port) => {
    const { port: first, endPort, protocol: own = 'TCP' } = fields(port)
    if (own !== protocol) return false
    if (first === undefined || (typeof first === 'string' && /^dns/.test(first))) return true
    const last = number(endPort) ?? first
    return typeof first === 'number' && typeof last === 'number' && first <= 53 && last >= 53
  })
}

/** Whether a rule goes to addresses, which need no name. */
const isByAddress = (rule: unknown): boolean => {
  const to = items(at(rule, 'to'))
  return to.length > 0 && to.every((peer) => at(peer, 'ipBlock') !== undefined)
}

const dnsEgress: Rule = {
  id: 'network/dns-egress',
  severity: 'warning',
  title: 'A pod that may reach others by name may ask for their addresses',
  why: 'A policy for egress that forgets DNS, over UDP and for long answers over TCP, breaks every connection by name, as a timeout of some seconds.',
  check: forEachWorkload((workload, objects) => {
    const rules = policiesOf(workload, 'Egress', objects).flatMap((policy) =>
      items(at(policy, 'spec', 'egress')),
    )
    if (rules.every(isByAddress)) return undefined
    const missing = ['UDP', 'TCP'].filter(
      (protocol) => !rules.some((rule) => allowsDns(rule, protocol)),
    )
    if (missing.length === 0) return undefined
    return {
      message: `Its NetworkPolicies allow connections, but not port 53 over ${missing.join(' and ')}`,
      remedy:
        'Add an egress rule with `ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]`',
    }
  }),
}

const policyPods: Rule = {
  id: 'network/policy-pods',
  severity: 'warning',
  title: 'A NetworkPolicy selects pods of some workload',
  why: 'It restricts nothing, and nothing says so.',
  peers: ['kube-score/networkpolicy-targets-pod', 'kube-linter/dangling-networkpolicy'],
  check: forEachOfKind('networking.k8s.io/NetworkPolicy', (policy, objects) => {
    const selector = at(policy, 'spec', 'podSelector')
    // The empty selector is a default for whatever will be in the namespace.
    if (isEmptySelector(selector)) return undefined
    if (objects.pods.selectedBy(namespaceOf(policy), selector).length > 0) return undefined
    return {
      field: 'spec.podSelector',
      message: 'The selector selects no pod',
      remedy: 'Select labels that a pod template has',
    }
  }),
}

const nodePort: Rule = {
  id: 'network/node-port',
  severity: 'warning',
  title: 'No Service opens a port on every node',
  why: 'It passes by whatever guards the way in: TLS, authentication, limits, and on many networks the firewall.',
  peers: [
    'kube-score/service-type',
    'kube-linter/exposed-services',
    'datree/SERVICE_INCORRECT_TYPE_VALUE_NODEPORT',
  ],
  check: forEachOfKind('/Service', ({ spec }) =>
    at(spec, 'type') === 'NodePort'
      ? {
          field: 'spec.type',
          message: 'The Service opens a port on every node',
          remedy: 'Use `ClusterIP` behind a Gateway or Ingress',
        }
      : undefined,
  ),
}

const externalIps: Rule = {
  id: 'network/external-ips',
  severity: 'warning',
  title: 'No Service claims addresses outside of the cluster',
  why: 'Whoever may write `externalIPs` can take over the traffic that pods send to that address (CVE-2020-8554). The field is deprecated.',
  check: forEachOfKind('/Service', ({ spec }) => {
    const addresses = items(at(spec, 'externalIPs'))
    if (addresses.length === 0) return undefined
    return {
      field: 'spec.externalIPs',
      message: `The Service claims ${addresses.join(', ')}`,
      remedy: 'Use a Service of type `LoadBalancer`, or a Gateway',
    }
  }),
}

const PRIVATE_ADDRESS =
  /(?:^|[^\d.])((?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3})(?![\d.]|\/\d)/

const ipLiteral: Rule = {
  id: 'net/ip-literal',
  severity: 'advice',
  title: 'Pods find each other by name',
  why: 'Addresses of pods, and of Services that are made anew, change. What was right on the day it was written fails on another.',
  check: forEachWorkload(({ containers }) =>
    containers.flatMap(({ spec, field }) =>
      items(spec.env).flatMap((entry, index) => {
        const { name, value } = fields(entry)
        const address = typeof value === 'string' ? PRIVATE_ADDRESS.exec(value)?.[1] : undefined
        if (address === undefined) return []
        return {
          field: `${field}.env[${index}].value`,
          message: `${String(name)} holds the address ${address}`,
          remedy: 'Use the name of a Service: `<service>.<namespace>.svc`',
        }
      }),
    ),
  ),
}

export const networkRules: readonly Rule[] = [
  policyMissing,
  dnsEgress,
  policyPods,
  nodePort,
  externalIps,
  ipLiteral,
]
