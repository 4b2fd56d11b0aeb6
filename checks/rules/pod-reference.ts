import { at, type Fields, fields, items, text } from '../../manifests/fields.ts'
import { describeIdentity, type Identity } from '../../manifests/identity.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import { forEachWorkload, type Problem } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import type { Rule } from '../rule.ts'
import { type Container, namespaceOf, type Workload } from '../workload.ts'

/** A place where a pod names a ConfigMap. */
interface ConfigMapUse {
  readonly name: string
  readonly field: string
  /** Keys that must be in it; empty if any will do. */
  readonly keys: readonly string[]
}

/** ConfigMaps that every namespace gets from the cluster. */
const GIVEN_CONFIG_MAPS: ReadonlySet<string> = new Set(['kube-root-ca.crt'])

function* configMapUses({ containers, podSpec, podField }: Workload): Iterable<ConfigMapUse> {
  for (const container of containers) yield* usesOfContainer(container)
  for (const [index, volume] of items(podSpec.volumes).entries()) {
    const field = `${podField}.volumes[${index}]`
    yield* useOfVolume(at(volume, 'configMap'), `${field}.configMap`)
    for (const [part, source] of items(at(volume, 'projected', 'sources')).entries()) {
      yield* useOfVolume(at(source, 'configMap'), `${field}.projected.sources[${part}].configMap`)
    }
  }
}

function* usesOfContainer({ spec, field }: Container): Iterable<ConfigMapUse> {
  for (const [index, entry] of items(spec.env).entries()) {
    const ref = at(entry, 'valueFrom', 'configMapKeyRef')
    yield* use(ref, 'name', `${field}.env[${index}].valueFrom.configMapKeyRef`, [at(ref, 'key')])
  }
  for (const [index, entry] of items(spec.envFrom).entries()) {
    yield* use(at(entry, 'configMapRef'), 'name', `${field}.envFrom[${index}].configMapRef`, [])
  }
}

const useOfVolume = (source: unknown, field: string): Iterable<ConfigMapUse> =>
  use(
    source,
    'name',
    field,
    items(at(source, 'items')).map((item) => at(item, 'key')),
  )

/** What is optional may be missing. */
function* use(
  ref: unknown,
  nameField: string,
  field: string,
  keys: readonly unknown[],
): Iterable<ConfigMapUse> {
  if (!isRecord(ref) || ref.optional === true) return
  const name = text(ref[nameField])
  if (name === undefined || name === '' || GIVEN_CONFIG_MAPS.has(name)) return
  yield { name, field, keys: keys.filter((key) => typeof key === 'string') }
}

const configMap: Rule = {
  id: 'reference/config-map',
  severity: 'error',
  needsWholeSet: true,
  title: 'Every ConfigMap that a pod needs is made by somebody',
  why: 'The pod stays in CreateContainerConfigError or ContainerCreating and never starts.',
  check: forEachWorkload((workload, objects) => {
    const problems: Problem[] = []
    for (const { name, field } of configMapUses(workload)) {
      const identity = { group: '', kind: 'ConfigMap', namespace: workload.namespace, name }
      if (!objects.has(identity)) problems.push(nobodyMakes(identity, `${field}.name`))
    }
    return problems
  }),
}

const configMapKey: Rule = {
  id: 'reference/config-map-key',
  severity: 'error',
  title: 'Every key that a pod takes from a ConfigMap is in it',
  why: 'The container stays in CreateContainerConfigError and never starts.',
  check: forEachWorkload((workload, objects) => {
    const problems: Problem[] = []
    for (const { name, field, keys } of configMapUses(workload)) {
      const found = objects.find('', 'ConfigMap', workload.namespace, name)?.object
      if (found === undefined) continue
      const present = { ...fields(found.data), ...fields(found.binaryData) }
      for (const key of keys.filter((wanted) => !(wanted in present))) {
        problems.push({
          field,
          message: `ConfigMap ${workload.namespace}/${name} has no key '${key}'`,
          remedy: 'Add the key, take another one, or make the reference `optional`',
        })
      }
    }
    return problems
  }),
}

const serviceAccount: Rule = {
  id: 'reference/service-account',
  severity: 'error',
  needsWholeSet: true,
  title: 'The ServiceAccount of a pod is made by somebody',
  why: 'Admission refuses every pod of the workload until the account exists.',
  peers: ['kube-linter/non-existent-service-account', 'kubescape/C-0307'],
  check: forEachWorkload((workload, objects) => {
    const name = text(workload.podSpec.serviceAccountName)
    // Every namespace has `default`.
    if (name === undefined || name === '' || name === 'default') return undefined
    const identity = { group: '', kind: 'ServiceAccount', namespace: workload.namespace, name }
    if (objects.has(identity)) return undefined
    return nobodyMakes(identity, `${workload.podField}.serviceAccountName`)
  }),
}

const volumeClaim: Rule = {
  id: 'reference/volume-claim',
  severity: 'error',
  needsWholeSet: true,
  title: 'Every PersistentVolumeClaim that a pod mounts is made by somebody',
  why: 'The pod stays Pending until the claim exists.',
  check: forEachWorkload((workload, objects) => {
    const { namespace, podSpec, podField } = workload
    return items(podSpec.volumes).flatMap((volume, index) => {
      const name = text(at(volume, 'persistentVolumeClaim', 'claimName'))
      if (name === undefined || isTemplated(workload, objects, name)) return []
      const identity = { group: '', kind: 'PersistentVolumeClaim', namespace, name }
      if (objects.has(identity)) return []
      const field = `${podField}.volumes[${index}].persistentVolumeClaim.claimName`
      return nobodyMakes(identity, field)
    })
  }),
}

/** Whether a StatefulSet's claim template makes the claim: `<template>-<set>-<ordinal>`. */
function isTemplated({ namespace }: Workload, objects: ObjectSet, claim: string): boolean {
  return objects
    .ofKind('apps', 'StatefulSet')
    .some(
      ({ object }) =>
        namespaceOf(object) === namespace &&
        items(at(object, 'spec', 'volumeClaimTemplates')).some((template) =>
          new RegExp(`^${at(template, 'metadata', 'name')}-${object.metadata.name}-\\d+$`).test(
            claim,
          ),
        ),
    )
}

/** Classes that every cluster has. */
const GIVEN_CLASSES: ReadonlySet<string> = new Set([
  'system-cluster-critical',
  'system-node-critical',
])

const priorityClass: Rule = {
  id: 'reference/priority-class',
  severity: 'error',
  needsWholeSet: true,
  title: 'The PriorityClass of a pod is made by somebody',
  why: 'Admission refuses every pod of the workload until the class exists.',
  check: forEachWorkload(({ podSpec, podField }, objects) => {
    const name = text(podSpec.priorityClassName)
    if (name === undefined || name === '' || GIVEN_CLASSES.has(name)) return undefined
    const identity = { group: 'scheduling.k8s.io', kind: 'PriorityClass', name }
    if (objects.has(identity)) return undefined
    return nobodyMakes(identity, `${podField}.priorityClassName`)
  }),
}

const volume: Rule = {
  id: 'reference/volume',
  severity: 'error',
  title: 'Every volume that a container mounts is a volume of its pod',
  why: 'The API server refuses the workload otherwise.',
  check: forEachWorkload((workload) => {
    const templates = items(at(workload.object, 'spec', 'volumeClaimTemplates'))
    const known = new Set([
      ...items(workload.podSpec.volumes).map((entry) => at(entry, 'name')),
      ...templates.map((template) => at(template, 'metadata', 'name')),
    ])
    return workload.containers.flatMap(({ spec, field }) => unknownMounts(spec, field, known))
  }),
}

function unknownMounts(spec: Fields, field: string, known: ReadonlySet<unknown>): Problem[] {
  return items(spec.volumeMounts).flatMap((mount, index) =>
    known.has(at(mount, 'name'))
      ? []
      : {
          field: `${field}.volumeMounts[${index}].name`,
          message: `The pod has no volume '${String(at(mount, 'name'))}'`,
          remedy: 'Add it to `volumes`, or remove the mount',
        },
  )
}

export const nobodyMakes = (identity: Identity, field: string): Problem => ({
  field,
  message: `Nothing here makes ${describeIdentity(identity)}`,
  remedy: `Add it, correct the name, or declare that it exists: \`${describeIdentity({ ...identity, group: '' })}\` as external`,
})

export const podReferenceRules: readonly Rule[] = [
  configMap,
  configMapKey,
  serviceAccount,
  volumeClaim,
  priorityClass,
  volume,
]
