import { fields, items, text } from '../../manifests/fields.ts'
import { groupOf } from '../../manifests/identity.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import {
  dataKeyProblem,
  dnsLabelProblem,
  dnsSubdomainProblem,
  labelKeyProblem,
  labelValueProblem,
  MAX_CONTROLLER_NAME_LENGTH,
  MAX_LABEL_LENGTH,
  portNameProblem,
  serviceNameProblem,
} from '../../manifests/names.ts'
import { forEachObject, forEachOfKind, forEachWorkload, type Problem } from '../for-each.ts'
import { hasPlaceholder } from '../placeholder.ts'
import { remembered } from '../remembered.ts'
import type { Rule } from '../rule.ts'

/** What is wrong with a name, to be put behind it; `undefined` if nothing is. */
type NameProblem = (name: string) => string | undefined

/** Text that Kubernetes will see as it is. */
const isFinal = (name: unknown): name is string => typeof name === 'string' && !hasPlaceholder(name)

/** RBAC objects have names that only have to fit into a URL. */
const pathName: NameProblem = (name) =>
  /^(?!\.{1,2}$)[^/%]+$/.test(name) ? undefined : 'must have no / and no %'

/** Kinds whose names are not just DNS subdomains; as the API server validates them. */
const NAMING: Readonly<Record<string, NameProblem>> = {
  '/Namespace': (name) => dnsLabelProblem(name),
  '/Service': (name) => serviceNameProblem(name),
  'rbac.authorization.k8s.io/Role': pathName,
  'rbac.authorization.k8s.io/ClusterRole': pathName,
  'rbac.authorization.k8s.io/RoleBinding': pathName,
  'rbac.authorization.k8s.io/ClusterRoleBinding': pathName,
  // Called like the address, colons included.
  'networking.k8s.io/IPAddress': () => undefined,
}

const dns: Rule = {
  id: 'name/dns',
  severity: 'error',
  title: 'Names have the form that Kubernetes asks for',
  why: 'The API server refuses other names.',
  check: forEachObject(({ apiVersion, kind, metadata }) => {
    const { name, namespace } = metadata
    const problemOf = NAMING[`${groupOf(apiVersion)}/${kind}`] ?? dnsSubdomainProblem
    const ofName = name === '' || hasPlaceholder(name) ? undefined : problemOf(name)
    const ofNamespace = isFinal(namespace) ? dnsLabelProblem(namespace) : undefined
    if (ofName === undefined && ofNamespace === undefined) return undefined
    return [
      ...(ofName === undefined ? [] : [invalid('metadata.name', name, ofName)]),
      ...(ofNamespace === undefined ? [] : [invalid('metadata.namespace', namespace, ofNamespace)]),
    ]
  }),
}

const invalid = (field: string, value: unknown, problem: string): Problem => ({
  field,
  message: `${JSON.stringify(value)} ${problem}`,
  remedy: 'Correct it',
})

/** Room that the names and labels of the children need. */
const CHILDREN: Readonly<Record<string, { readonly maxLength: number; readonly why: string }>> = {
  'apps/StatefulSet': {
    maxLength: MAX_CONTROLLER_NAME_LENGTH,
    why: 'its pods get the label `controller-revision-hash: <name>-<hash>` of at most 63',
  },
  'batch/CronJob': {
    maxLength: MAX_CONTROLLER_NAME_LENGTH,
    why: 'its Jobs are called `<name>-<minute>`',
  },
  'batch/Job': { maxLength: MAX_LABEL_LENGTH, why: 'its pods get the label `job-name: <name>`' },
}

const length: Rule = {
  id: 'name/length',
  severity: 'error',
  title: 'Names leave room for what Kubernetes appends to them',
  why: 'A StatefulSet of 53 characters is accepted and then never gets a pod; a CronJob of that length is refused.',
  check: forEachObject(({ apiVersion, kind, metadata: { name } }) => {
    const child = CHILDREN[`${groupOf(apiVersion)}/${kind}`]
    if (child === undefined || name.length <= child.maxLength) return undefined
    return {
      field: 'metadata.name',
      message: `'${name}' has ${name.length} characters; a ${kind} may have ${child.maxLength}, since ${child.why}`,
      remedy: `Shorten the name to ${child.maxLength} characters`,
    }
  }),
}

const label: Rule = {
  id: 'name/label',
  severity: 'error',
  title: 'Labels and annotations have keys and values that Kubernetes accepts',
  why: 'The API server refuses others.',
  peers: ['kube-score/label-values', 'datree/WORKLOAD_INVALID_LABELS_VALUE'],
  check: forEachObject(({ metadata }) => [
    ...badLabels(metadata.labels, 'metadata.labels'),
    ...badAnnotations(metadata.annotations, 'metadata.annotations'),
  ]),
}

const podLabel: Rule = {
  id: 'name/pod-label',
  severity: 'error',
  title: 'Labels and annotations of a pod template have keys and values that Kubernetes accepts',
  why: 'The API server refuses the workload otherwise.',
  peers: ['kube-score/label-values'],
  check: forEachWorkload(({ kind, podLabels, podAnnotations, podField }) => {
    if (kind === 'Pod') return undefined
    const metadata = podField.replace(/spec$/, 'metadata')
    return [
      ...badLabels(podLabels, `${metadata}.labels`),
      ...badAnnotations(podAnnotations, `${metadata}.annotations`),
    ]
  }),
}

const ofLabelKey = remembered((key) => labelKeyProblem(key))
const ofLabelValue = remembered((value) =>
  hasPlaceholder(value) ? undefined : labelValueProblem(value),
)
const ofAnnotationKey = remembered((key) => labelKeyProblem(key.toLowerCase()))

function badLabels(labels: unknown, field: string): Problem[] {
  const problems: Problem[] = []
  const values = fields(labels)
  for (const key of Object.keys(values)) {
    const value = values[key]
    const ofKey = ofLabelKey(key)
    // What is not text is for the schema to report.
    const problem = ofKey ?? (typeof value === 'string' ? ofLabelValue(value) : undefined)
    if (problem === undefined) continue
    problems.push(invalid(`${field}["${key}"]`, ofKey === undefined ? value : key, problem))
  }
  return problems
}

function badAnnotations(annotations: unknown, field: string): Problem[] {
  const problems: Problem[] = []
  for (const key of Object.keys(fields(annotations))) {
    const problem = ofAnnotationKey(key)
    if (problem !== undefined) problems.push(invalid(`${field}["${key}"]`, key, problem))
  }
  return problems
}

const port: Rule = {
  id: 'name/port',
  severity: 'error',
  title: 'Names of container ports have at most 15 characters, one of them a letter',
  why: 'The API server refuses other names, and so it does a named port that two ports of a pod share.',
  peers: ['kube-linter/invalid-target-ports', 'kube-score/container-ports-check'],
  check: forEachWorkload(({ containers }) => {
    const seen = new Set<string>()
    return containers.flatMap(({ spec, field }) =>
      items(spec.ports).flatMap((entry, index) => {
        const name = isRecord(entry) ? text(entry.name) : undefined
        if (name === undefined) return []
        const at = `${field}.ports[${index}].name`
        const problem = portNameProblem(name)
        if (problem !== undefined) return invalid(at, name, problem)
        if (seen.has(name)) {
          return { field: at, message: `Two ports are called '${name}'`, remedy: 'Rename one' }
        }
        seen.add(name)
        return []
      }),
    )
  }),
}

const servicePort: Rule = {
  id: 'name/service-port',
  severity: 'error',
  title: 'Ports of a Service with several ports have names, each its own',
  why: 'The API server refuses the Service otherwise.',
  check: forEachOfKind('/Service', ({ spec }) => {
    const ports = items(isRecord(spec) ? spec.ports : undefined)
    const seen = new Set<unknown>()
    return ports.flatMap((entry, index) => {
      const name = isRecord(entry) ? entry.name : undefined
      const at = `spec.ports[${index}].name`
      if (name === undefined) {
        return ports.length === 1
          ? []
          : { field: at, message: 'The port has no name', remedy: 'Name it' }
      }
      const problem = dnsLabelProblem(String(name))
      if (problem !== undefined) return invalid(at, name, problem)
      if (seen.has(name)) {
        return { field: at, message: `Two ports are called '${name}'`, remedy: 'Rename one' }
      }
      seen.add(name)
      return []
    })
  }),
}

const container: Rule = {
  id: 'name/container',
  severity: 'error',
  title: 'Containers and volumes of a pod have DNS labels as names, each its own',
  why: 'The API server refuses the workload otherwise.',
  check: forEachWorkload(({ containers, podSpec, podField }) => [
    ...badOrTwice(containers.map(({ name, field }) => ({ name, field: `${field}.name` }))),
    ...badOrTwice(
      items(podSpec.volumes).map((volume, index) => ({
        name: isRecord(volume) ? volume.name : undefined,
        field: `${podField}.volumes[${index}].name`,
      })),
    ),
  ]),
}

function badOrTwice(named: readonly { name: unknown; field: string }[]): Problem[] {
  const seen = new Set<unknown>()
  return named.flatMap(({ name, field }) => {
    const problem = dnsLabelProblem(typeof name === 'string' ? name : '')
    if (problem !== undefined) return invalid(field, name ?? '', problem)
    if (seen.has(name)) return { field, message: `'${name}' is used twice`, remedy: 'Rename one' }
    seen.add(name)
    return []
  })
}

const dataKey: Rule = {
  id: 'name/data-key',
  severity: 'error',
  title: 'Keys of ConfigMaps and Secrets can be file names',
  why: 'The API server refuses others.',
  check: forEachOfKind(['/ConfigMap', '/Secret'], (object) =>
    ['data', 'stringData', 'binaryData'].flatMap((part) =>
      Object.keys(fields(object[part])).flatMap((key) => {
        const problem = dataKeyProblem(key)
        return problem === undefined ? [] : invalid(`${part}["${key}"]`, key, problem)
      }),
    ),
  ),
}

export const nameRules: readonly Rule[] = [
  dns,
  length,
  label,
  podLabel,
  port,
  servicePort,
  container,
  dataKey,
]
