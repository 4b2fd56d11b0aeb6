import { at, type Fields, fields, items, text } from '../../manifests/fields.ts'
import type { Identity } from '../../manifests/identity.ts'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { TRACKS_ANNOTATION } from '../../manifests/tracks.ts'
import { forEachOfKind, type Problem } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import type { Rule } from '../rule.ts'
import { namespaceOf } from '../workload.ts'
import { nobodyMakes } from './pod-reference.ts'

const servicePods: Rule = {
  id: 'reference/service-pods',
  severity: 'error',
  needsWholeSet: true,
  title: 'A Service with a selector selects pods of some workload',
  why: 'It would have no endpoints, and every connection to it fails.',
  peers: ['kube-score/service-targets-pod', 'kube-linter/dangling-service', 'kubescape/C-0293'],
  check: forEachOfKind('/Service', (service, objects) => {
    const selector = at(service, 'spec', 'selector')
    // Without a selector somebody else writes the endpoints.
    if (!isRecord(selector) || Object.keys(selector).length === 0) return undefined
    if (at(service, 'spec', 'type') === 'ExternalName') return undefined
    // Outside of a release there is no canary.
    if (service.metadata.annotations?.[TRACKS_ANNOTATION] === 'canary') return undefined
    if (objects.pods.selectedByMap(namespaceOf(service), selector).length > 0) return undefined
    return {
      field: 'spec.selector',
      message: `The selector ${JSON.stringify(selector)} selects no pod`,
      remedy: 'Select labels that a pod template has',
    }
  }),
}

const servicePort: Rule = {
  id: 'reference/service-port',
  severity: 'error',
  title: "A Service's named target port is a port of the pods that it selects",
  why: 'The Service gets no endpoints for that port, and every connection to it fails.',
  check: forEachOfKind('/Service', (service, objects) => {
    const pods = objects.pods.selectedByMap(namespaceOf(service), at(service, 'spec', 'selector'))
    if (pods.length === 0) return undefined
    return items(at(service, 'spec', 'ports')).flatMap((port, index) => {
      const target = at(port, 'targetPort')
      if (typeof target !== 'string' || /^\d+$/.test(target)) return []
      const isThere = pods.some(({ containers }) =>
        containers.some(({ spec }) =>
          items(spec.ports).some((declared) => at(declared, 'name') === target),
        ),
      )
      if (isThere) return []
      return {
        field: `spec.ports[${index}].targetPort`,
        message: `No container of the selected pods has a port called '${target}'`,
        remedy: "Name one of the containers' `ports` so, or use its number",
      }
    })
  }),
}

/** A place where traffic is sent to a Service. */
interface Backend {
  readonly service: string
  readonly namespace: string
  /** Number or name of the port; absent if any will do. */
  readonly port?: unknown
  readonly field: string
}

const routeBackend: Rule = {
  id: 'reference/route-backend',
  severity: 'error',
  needsWholeSet: true,
  title: 'Every Service that a route or Ingress sends traffic to is made by somebody',
  why: 'The router answers with 500 or 503 for that part of the traffic.',
  peers: ['kube-score/ingress-targets-service', 'kube-linter/dangling-ingress', 'kubescape/C-0298'],
  check: forEachRoute(({ service, namespace, field }, objects) => {
    const identity: Identity = { group: '', kind: 'Service', namespace, name: service }
    return objects.has(identity) ? undefined : nobodyMakes(identity, field)
  }),
}

const routePort: Rule = {
  id: 'reference/route-port',
  severity: 'error',
  title: 'Every port that a route or Ingress sends traffic to is a port of the Service',
  why: 'The router answers with 500 or 503 for that part of the traffic.',
  peers: ['kube-score/ingress-targets-service', 'kubescape/C-0302'],
  check: forEachRoute(({ service, namespace, port, field }, objects) => {
    const found = objects.find('', 'Service', namespace, service)?.object
    if (found === undefined || port === undefined) return undefined
    if (at(found, 'spec', 'type') === 'ExternalName') return undefined
    const ports = items(at(found, 'spec', 'ports'))
    if (ports.some((entry) => at(entry, 'port') === port || at(entry, 'name') === port)) {
      return undefined
    }
    return {
      field,
      message: `Service ${namespace}/${service} has no port ${JSON.stringify(port)}`,
      remedy: 'Use the number of one of its `ports` (not its target port)',
    }
  }),
}

function forEachRoute(
  judge: (backend: Backend, objects: ObjectSet) => Problem | undefined,
): Rule['check'] {
  const kinds = [
    'networking.k8s.io/Ingress',
    ...['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map(
      (kind) => `gateway.networking.k8s.io/${kind}`,
    ),
  ]
  return forEachOfKind(kinds, (object, objects) => {
    const backends = object.kind === 'Ingress' ? ingressBackends(object) : routeBackends(object)
    return backends.flatMap((backend) => judge(backend, objects) ?? [])
  })
}

function ingressBackends(object: KubernetesObject): Backend[] {
  const namespace = namespaceOf(object)
  const spec = fields(object.spec)
  const named = [
    { backend: spec.defaultBackend, field: 'spec.defaultBackend' },
    ...items(spec.rules).flatMap((rule, index) =>
      items(at(rule, 'http', 'paths')).map((path, part) => ({
        backend: at(path, 'backend'),
        field: `spec.rules[${index}].http.paths[${part}].backend`,
      })),
    ),
  ]
  return named.flatMap(({ backend, field }) => {
    const service = text(at(backend, 'service', 'name'))
    if (service === undefined) return []
    const { number, name } = fields(at(backend, 'service', 'port'))
    return { service, namespace, port: number ?? name, field: `${field}.service` }
  })
}

function routeBackends(object: KubernetesObject): Backend[] {
  return items(at(object, 'spec', 'rules')).flatMap((rule, index) => {
    const mirrors = items(at(rule, 'filters')).map((filter) =>
      at(filter, 'requestMirror', 'backendRef'),
    )
    return [
      ...items(at(rule, 'backendRefs')).map((ref, part) => ({
        ref,
        field: `spec.rules[${index}].backendRefs[${part}]`,
      })),
      ...mirrors.map((ref, part) => ({ ref, field: `spec.rules[${index}].filters[${part}]` })),
    ].flatMap(({ ref, field }) => backendOf(fields(ref), field, namespaceOf(object)))
  })
}

function backendOf(ref: Fields, field: string, ownNamespace: string): Backend[] {
  const { group = '', kind = 'Service', name, namespace = ownNamespace, port } = ref
  if (group !== '' || kind !== 'Service' || typeof name !== 'string') return []
  return [{ service: name, namespace: String(namespace), port, field }]
}

/** Roles that the control plane makes itself. */
const GIVEN_ROLES =
  /^(admin|edit|view|cluster-admin|system:.*|extension-apiserver-authentication-reader)$/

const role: Rule = {
  id: 'reference/role',
  severity: 'error',
  needsWholeSet: true,
  title: 'The role that a binding grants is made by somebody',
  why: 'The binding grants nothing, and an immutable `roleRef` cannot be corrected later without deleting it.',
  peers: ['polaris/rolebindingRolePodExecAttach'],
  check: forEachOfKind(
    ['rbac.authorization.k8s.io/RoleBinding', 'rbac.authorization.k8s.io/ClusterRoleBinding'],
    (binding, objects) => {
      const { kind, name } = fields(binding.roleRef)
      if (typeof kind !== 'string' || typeof name !== 'string') return undefined
      if (GIVEN_ROLES.test(name)) return undefined
      const group = 'rbac.authorization.k8s.io'
      const identity: Identity =
        kind === 'Role'
          ? { group, kind, namespace: namespaceOf(binding), name }
          : { group, kind, name }
      return objects.has(identity) ? undefined : nobodyMakes(identity, 'roleRef.name')
    },
  ),
}

export const referenceRules: readonly Rule[] = [
  servicePods,
  servicePort,
  routeBackend,
  routePort,
  role,
]
