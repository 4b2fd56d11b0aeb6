import { groupOf } from '../manifests/identity.ts'
import { isClusterScoped } from '../manifests/scope.ts'
import { list } from './collection-shapes.ts'
import { NAME } from './fencing-cel.ts'
import type { Mistakes } from './mistakes.ts'
import { type Options, optional, record, required } from './options.ts'
import { readBy, reportWrong, type Shape } from './shape.ts'
import { text } from './value-shapes.ts'

/** An object, in the namespace of a lock, that only holders of the lock write. */
export interface ProtectedObject {
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string

  /** `ConfigMap`. */
  readonly kind: string

  /** `metadata.name`. */
  readonly name: string

  /**
   * How the API calls objects of the kind in paths, for definitions that are irregular.
   *
   * @default - the kind in lower case and its plural, as Kubernetes guesses it: `networkpolicies`
   */
  readonly resource?: string
}

const PROTECTED_OBJECT_OPTIONS = {
  apiVersion: required(text('v1'), 'v1'),
  kind: required(text('ConfigMap'), 'ConfigMap'),
  name: required(text('ledger-state'), 'missing'),
  resource: optional(text('configmaps')),
} satisfies Options<ProtectedObject>

const ANY_PROTECTED_OBJECTS = list(
  record<ProtectedObject>(
    PROTECTED_OBJECT_OPTIONS,
    "{ apiVersion: 'v1', kind: 'ConfigMap', name: 'ledger-state' }",
  ),
)

export const PROTECTED_OBJECTS: Shape<readonly ProtectedObject[]> = readBy(
  { ...ANY_PROTECTED_OBJECTS, expected: 'a list with an object in it' },
  (value, option, mistakes, self) =>
    Array.isArray(value) && value.length === 0
      ? reportWrong(self, value, option, mistakes)
      : ANY_PROTECTED_OBJECTS.read(value, option, mistakes),
)

/** Reports what no policy of a namespace can protect. */
export function checkProtected(protects: readonly ProtectedObject[], mistakes: Mistakes): void {
  for (const [index, { apiVersion, kind, name }] of protects.entries()) {
    if (!isClusterScoped(groupOf(apiVersion), kind)) continue
    mistakes.add({
      option: `protects[${index}]`,
      value: `${kind} ${name}`,
      problem: 'is of a kind that belongs to no namespace, and a lock protects what is in its own',
      remedy: 'Leave it out; limit by RBAC who writes it',
    })
  }
}

/**
 * A rule that matches objects of a kind and subresources of them. Not by name: `resourceNames` of a
 * rule overlook what is deleted with others, as a collection.
 *
 * @param subresources `status`; those that the kind does not have match nothing
 */
export const ruleOf = (
  { apiVersion, kind, resource = pluralOf(kind) }: ProtectedObject,
  {
    subresources,
    operations,
  }: {
    readonly subresources: readonly string[]
    readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[]
  },
) => ({
  apiGroups: [groupOf(apiVersion)],
  apiVersions: [apiVersion.slice(apiVersion.indexOf('/') + 1)],
  resources: [resource, ...subresources.map((subresource) => `${resource}/${subresource}`)],
  operations: [...operations],
  scope: 'Namespaced' as const,
})

/** Matches these objects by name, whatever happens to them. */
export const isOneOf = (protects: readonly ProtectedObject[]) => ({
  name: 'is-protected',
  expression: `request.resource.group + '/' + request.resource.resource + '/' + ${NAME} in ${JSON.stringify(
    protects.map(
      ({ apiVersion, kind, name, resource = pluralOf(kind) }) =>
        `${groupOf(apiVersion)}/${resource}/${name}`,
    ),
  )}`,
})

/** As `UnsafeGuessKindToResource` of apimachinery. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase()
  if (singular.endsWith('s')) return `${singular}es`
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`
}
