import { at, fields, text } from '../../manifests/fields.ts'
import { describeIdentity, identityOf } from '../../manifests/identity.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import type { Violation } from '../finding.ts'
import { forEachObject } from '../for-each.ts'
import type { Rule } from '../rule.ts'

const duplicate: Rule = {
  id: 'manifest/duplicate',
  severity: 'error',
  title: 'No two manifests describe the same object',
  why: 'The one that is applied last wins, and which one that is depends on the order of files. The API version is not part of the identity.',
  *check({ objects }) {
    const seen = new Map<string, number>()
    for (const [index, object] of objects.entries()) {
      const identity = describeIdentity(identityOf(object))
      const other = seen.get(identity)
      if (other !== undefined) {
        yield {
          index,
          other,
          field: 'metadata.name',
          message: `${identity} is described more than once`,
          remedy: 'Remove one of the manifests, or give it another name',
        } satisfies Violation
      }
      seen.set(identity, index)
    }
  },
}

const required: Rule = {
  id: 'manifest/required',
  severity: 'error',
  title: 'An object has a name',
  why: 'Nothing can be applied twice without one: `generateName` makes another object each time.',
  peers: ['datree/RESOURCE_MISSING_NAME'],
  check: forEachObject(({ kind, metadata }) =>
    metadata.name === ''
      ? {
          field: 'metadata.name',
          message: `The ${kind} has no name`,
          remedy: 'Write `metadata.name`',
        }
      : undefined,
  ),
}

/** What `metav1.ValidateAnnotations` allows for all annotations of an object together. */
const ANNOTATION_BYTES = 256 * 1024

const annotationSize: Rule = {
  id: 'meta/annotation-size',
  severity: 'error',
  title: 'All annotations of an object fit into 256 KiB',
  why: 'The API server refuses more. Client-side apply needs the size of the whole object once more.',
  check: forEachObject(({ metadata }) => {
    if (metadata.annotations === undefined || metadata.annotations === null) return undefined
    const all = Object.entries(metadata.annotations).flat().join('')
    // No character takes more than three bytes for each of its UTF-16 units.
    if (all.length * 3 <= ANNOTATION_BYTES) return undefined
    const bytes = new TextEncoder().encode(all).length
    if (bytes <= ANNOTATION_BYTES) return undefined
    return {
      field: 'metadata.annotations',
      message: `The annotations have ${bytes} bytes`,
      remedy: 'Keep them below 262144 bytes; move large values into a ConfigMap',
    }
  }),
}

/** Fields that only the cluster can know, and why writing them is wrong. */
const IMPERATIVE: readonly (readonly [path: readonly string[], kinds?: RegExp])[] = [
  [['status']],
  [['metadata', 'uid']],
  [['metadata', 'resourceVersion']],
  [['metadata', 'generation']],
  [['metadata', 'creationTimestamp']],
  [['metadata', 'deletionTimestamp']],
  [['metadata', 'managedFields']],
  [['metadata', 'ownerReferences']],
  [['metadata', 'annotations', 'deployment.kubernetes.io/revision']],
  [['spec', 'holderIdentity'], /^Lease$/],
  [['spec', 'clusterIPs'], /^Service$/],
  [['spec', 'template', 'metadata', 'labels', 'pod-template-hash']],
]

const imperativeField: Rule = {
  id: 'gitops/imperative-field',
  severity: 'warning',
  title: 'A manifest holds what is wanted, never what the cluster found out',
  why: 'Such a field comes from an export of a live object. Every sync then fights the controller that owns it, or is refused because the object has moved on.',
  check: forEachObject((object) =>
    IMPERATIVE.filter(([path, kinds]) => {
      if (kinds !== undefined && !kinds.test(object.kind)) return false
      const value = at(object, ...path)
      if (value === undefined || value === null) return false
      // Code generators leave an empty status behind, which says nothing.
      return !isRecord(value) || hasContent(value)
    }).map(([path]) => ({
      field: path.join('.'),
      message: `\`${path.join('.')}\` is written by the cluster`,
      remedy: 'Remove the field',
    })),
  ),
}

const hasContent = (value: unknown): boolean =>
  isRecord(value)
    ? Object.values(value).some(hasContent)
    : Array.isArray(value)
      ? value.length > 0
      : value !== '' && value !== null

const clusterScopeMixed: Rule = {
  id: 'gitops/cluster-scope-mixed',
  severity: 'advice',
  title: 'A CustomResourceDefinition is synced apart from the objects of its kind',
  why: 'Until the definition is established, its objects are refused. And whoever may install definitions needs rights over the whole cluster, which an app should not have.',
  *check(objects) {
    const crds = objects.ofKind('apiextensions.k8s.io', 'CustomResourceDefinition')
    for (const { index, object } of crds) {
      const { group, names } = fields(object.spec)
      const kind = text(at(names, 'kind'))
      if (typeof group !== 'string' || kind === undefined) continue
      const [first] = objects.ofKind(group, kind)
      if (first === undefined) continue
      yield {
        index,
        field: 'spec.names.kind',
        message: `${describeIdentity(identityOf(first.object))} is in the same sync as the definition of its kind`,
        remedy: 'Put definitions into a sync of their own that comes first',
      }
    }
  },
}

export const manifestRules: readonly Rule[] = [
  duplicate,
  required,
  annotationSize,
  imperativeField,
  clusterScopeMixed,
]
