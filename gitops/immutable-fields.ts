import { canonicalJson } from '../manifests/canonical-json.ts'
import { at, items } from '../manifests/fields.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import {
  canonicalQuantity,
  compareQuantities,
  InvalidQuantityError,
  parseQuantity,
} from '../manifests/quantity.ts'

/** Fields that differ and may not, as paths. */
export type ImmutableCheck = (before: KubernetesObject, after: KubernetesObject) => string[]

/**
 * What the API server refuses to change after creation, by `<group>/<kind>`: the `Validate…Update`
 * functions of Kubernetes 1.33 to 1.36. (Before 1.33, `revisionHistoryLimit` of a StatefulSet could
 * not be changed either.) Defaults are those of the API server: to write one out is no change.
 */
export const IMMUTABLE_FIELDS: Readonly<Record<string, ImmutableCheck>> = {
  'apps/Deployment': combined(
    fields({ 'spec.selector': undefined }),
    leftoverOfRollingUpdate('strategy', 'Recreate'),
  ),
  'apps/DaemonSet': fields({ 'spec.selector': undefined }),
  'apps/ReplicaSet': fields({ 'spec.selector': undefined }),
  'apps/StatefulSet': combined(statefulSet, leftoverOfRollingUpdate('updateStrategy', 'OnDelete')),
  'apps/ControllerRevision': fields({ data: undefined }),
  'batch/Job': job,
  '/Pod': pod,
  '/Service': service,
  '/PersistentVolumeClaim': claim,
  '/PersistentVolume': persistentVolume,
  '/ConfigMap': whenImmutable({ data: {}, binaryData: {} }),
  '/Secret': combined(fields({ type: 'Opaque' }), whenImmutable({ data: {}, stringData: {} })),
  'rbac.authorization.k8s.io/RoleBinding': fields({ roleRef: undefined }),
  'rbac.authorization.k8s.io/ClusterRoleBinding': fields({ roleRef: undefined }),
  'storage.k8s.io/StorageClass': fields({
    provisioner: undefined,
    parameters: {},
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  }),
  'storage.k8s.io/CSIDriver': fields({
    'spec.attachRequired': true,
    'spec.volumeLifecycleModes': ['Persistent'],
  }),
  'storage.k8s.io/VolumeAttributesClass': fields({ driverName: undefined, parameters: {} }),
  'scheduling.k8s.io/PriorityClass': fields({
    value: 0,
    preemptionPolicy: 'PreemptLowerPriority',
  }),
  'node.k8s.io/RuntimeClass': fields({ handler: undefined }),
  'networking.k8s.io/IngressClass': fields({ 'spec.controller': undefined }),
  'discovery.k8s.io/EndpointSlice': fields({ addressType: undefined }),
  'resource.k8s.io/ResourceClaim': fields({ spec: undefined }),
  'resource.k8s.io/ResourceClaimTemplate': fields({ spec: undefined }),
  'apiextensions.k8s.io/CustomResourceDefinition': fields({
    'spec.group': undefined,
    'spec.scope': undefined,
    'spec.names.kind': undefined,
    'spec.names.plural': undefined,
  }),
}

/** Fields by path, each with the value that the API server takes where there is none. */
function fields(defaults: Readonly<Record<string, unknown>>): ImmutableCheck {
  return (before, after) =>
    Object.entries(defaults)
      .filter(([path, byDefault]) => {
        const steps = path.split('.')
        return !isEqual(at(before, ...steps) ?? byDefault, at(after, ...steps) ?? byDefault)
      })
      .map(([path]) => path)
}

function whenImmutable(defaults: Readonly<Record<string, unknown>>): ImmutableCheck {
  const check = fields({ ...defaults, immutable: false })
  return (before, after) => (before.immutable === true ? check(before, after) : [])
}

function combined(...checks: readonly ImmutableCheck[]): ImmutableCheck {
  return (before, after) => checks.flatMap((check) => check(before, after))
}

/**
 * The settings of a rolling update that the API server has filled in belong to nobody, so no apply
 * takes them away, `rollingUpdate: null` neither; and beside another strategy they are refused.
 * Settings that were written out go with their manifest.
 */
function leftoverOfRollingUpdate(strategy: string, type: string): ImmutableCheck {
  return (before, after) => {
    const [old, next] = [before, after].map((object) => at(object, 'spec', strategy))
    const isSwitched = at(next, 'type') === type && at(old, 'type') !== type
    const isLeft = isSwitched && at(old, 'rollingUpdate') === undefined
    return isLeft ? [`spec.${strategy}.rollingUpdate`] : []
  }
}

const MUTABLE_OF_STATEFUL_SETS: ReadonlySet<string> = new Set([
  'minReadySeconds',
  'ordinals',
  'persistentVolumeClaimRetentionPolicy',
  'replicas',
  'revisionHistoryLimit',
  'template',
  'updateStrategy',
])

function statefulSet(before: KubernetesObject, after: KubernetesObject): string[] {
  const [old, next] = [before, after].map((object) => {
    const spec = isRecord(object.spec) ? object.spec : {}
    return {
      ...spec,
      podManagementPolicy: spec.podManagementPolicy ?? 'OrderedReady',
      serviceName: spec.serviceName ?? '',
      volumeClaimTemplates: items(spec.volumeClaimTemplates).map(claimTemplate),
    }
  })
  return changedFields(old, next)
    .filter((field) => !MUTABLE_OF_STATEFUL_SETS.has(field))
    .map(inSpec)
}

/** Written with or without its type, and with its size in one unit or another, it is the same. */
function claimTemplate(template: unknown): unknown {
  return {
    metadata: at(template, 'metadata'),
    spec: {
      ...(at(template, 'spec') as object | undefined),
      resources: canonicalSize(at(template, 'spec', 'resources', 'requests', 'storage')),
      volumeMode: at(template, 'spec', 'volumeMode') ?? 'Filesystem',
    },
  }
}

function job(before: KubernetesObject, after: KubernetesObject): string[] {
  const isIndexed = at(after, 'spec', 'completionMode') === 'Indexed'
  return [
    'template',
    'selector',
    'completionMode',
    'podFailurePolicy',
    'successPolicy',
    'backoffLimitPerIndex',
    'managedBy',
    ...(isIndexed ? [] : ['completions']),
  ]
    .filter((field) => !isEqual(at(before, 'spec', field), at(after, 'spec', field)))
    .map(inSpec)
}

/** Of a bare Pod, images, tolerations and the deadline can change (and sizes, by a subresource). */
function pod(before: KubernetesObject, after: KubernetesObject): string[] {
  const [old, next] = [before, after].map((object) => ({
    ...(object.spec as object | undefined),
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    terminationGracePeriodSeconds: undefined,
    ...Object.fromEntries(
      ['containers', 'initContainers'].map((list) => [
        list,
        items(at(object, 'spec', list)).map((container) => ({
          ...(container as object),
          image: undefined,
        })),
      ]),
    ),
  }))
  return changedFields(old, next).map(inSpec)
}

/**
 * An address that is no longer written stays as it is, so taking `clusterIP: None` away would
 * silently change nothing.
 */
function service(before: KubernetesObject, after: KubernetesObject): string[] {
  const [old, next] = [before, after].map((object) => at(object, 'spec'))
  if (at(old, 'type') === 'ExternalName' || at(next, 'type') === 'ExternalName') return []
  const changed: string[] = []
  const [oldAddress, nextAddress] = [at(old, 'clusterIP'), at(next, 'clusterIP')]
  const isReleased = nextAddress === undefined && oldAddress !== 'None'
  if (oldAddress !== nextAddress && !isReleased) changed.push('spec.clusterIP')
  const [oldFamily, nextFamily] = [
    items(at(old, 'ipFamilies'))[0],
    items(at(next, 'ipFamilies'))[0],
  ]
  const isHeadless = oldAddress === 'None' && nextAddress === 'None'
  if (oldFamily && nextFamily && oldFamily !== nextFamily && !isHeadless) {
    changed.push('spec.ipFamilies')
  }
  const isBalancer = at(old, 'type') === 'LoadBalancer' && at(next, 'type') === 'LoadBalancer'
  if (isBalancer && at(old, 'loadBalancerClass') !== at(next, 'loadBalancerClass')) {
    changed.push('spec.loadBalancerClass')
  }
  return changed
}

/** A claim can only grow. A class that was left to the cluster may be written down later. */
function claim(before: KubernetesObject, after: KubernetesObject): string[] {
  const [old, next] = [before, after].map((object) => ({
    ...(object.spec as object | undefined),
    resources: at(object, 'spec', 'resources', 'limits'),
    volumeAttributesClassName: undefined,
    volumeMode: at(object, 'spec', 'volumeMode') ?? 'Filesystem',
  }))
  const changed = changedFields(old, next)
    .filter((field) => at(old, field) !== undefined || !ASSIGNED_TO_CLAIMS.has(field))
    .map(inSpec)
  const [oldSize, nextSize] = [before, after].map((object) =>
    at(object, 'spec', 'resources', 'requests', 'storage'),
  )
  return isSmaller(nextSize, oldSize) ? [...changed, 'spec.resources.requests.storage'] : changed
}

/** Fields that the cluster fills in. */
const ASSIGNED_TO_CLAIMS: ReadonlySet<string> = new Set(['storageClassName', 'volumeName'])

/** The source of a volume is whichever field is none of these. */
const MUTABLE_OF_VOLUMES: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
])

function persistentVolume(before: KubernetesObject, after: KubernetesObject): string[] {
  const [old, next] = [before, after].map((object) => ({
    ...(object.spec as object | undefined),
    volumeMode: at(object, 'spec', 'volumeMode') ?? 'Filesystem',
  }))
  return changedFields(old, next)
    .filter((field) => !MUTABLE_OF_VOLUMES.has(field))
    .map(inSpec)
}

const inSpec = (field: string): string => `spec.${field}`

function changedFields(before: unknown, after: unknown): string[] {
  const names = new Set([before, after].flatMap((value) => Object.keys(value ?? {})))
  return [...names].filter((name) => !isEqual(at(before, name), at(after, name))).sort()
}

const isEqual = (a: unknown, b: unknown): boolean =>
  canonicalJson(a ?? null) === canonicalJson(b ?? null)

/** What is not a size is for the schema to say. */
function canonicalSize(value: unknown): unknown {
  return isSize(value) ? canonicalQuantity(value) : value
}

const isSmaller = (next: unknown, old: unknown): boolean =>
  isSize(next) && isSize(old) && compareQuantities(next, old) < 0

function isSize(value: unknown): value is string | number {
  if (typeof value !== 'string' && typeof value !== 'number') return false
  try {
    parseQuantity(value)
    return true
  } catch (error) {
    if (error instanceof InvalidQuantityError) return false
    throw error
  }
}
