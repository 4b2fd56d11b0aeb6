import { ApiObject } from 'cdk8s'
import type { Construct } from 'constructs'
import { at } from '../manifests/fields.ts'
import { groupOf } from '../manifests/identity.ts'
import { Environment } from './environment.ts'
import type { Mistake } from './mistakes.ts'
import { Namespace } from './namespace.ts'
import { type Options, record, required } from './options.ts'
import type { ProtectedObject } from './protected-object.ts'
import { text } from './value-shapes.ts'

/** Somebody who holds no lock and writes what it protects all the same. */
export interface SharedWriter {
  /** As the API server calls them: `system:serviceaccount:flux-system:kustomize-controller`. */
  readonly user: string

  /** What may go wrong by it, for whoever reviews the commit. */
  readonly risk: string
}

const SHARED_WRITER_OPTIONS = {
  user: required(text('system:serviceaccount:flux-system:kustomize-controller'), 'nobody'),
  risk: required(text('why'), 'why'),
} satisfies Options<SharedWriter>

export const SHARED_WRITER = record<SharedWriter>(
  SHARED_WRITER_OPTIONS,
  "{ user: 'system:serviceaccount:flux-system:kustomize-controller', risk: 'why' }",
)

/** On the policies, so that `kubectl get` shows it as well as Git. */
export const sharedAnnotation = (
  sharedWith: readonly SharedWriter[],
): Readonly<Record<string, string>> =>
  sharedWith.length === 0
    ? {}
    : {
        'lockstep.dev/shared-with': sharedWith
          .map(({ user, risk }) => `${user}: ${risk}`)
          .join('\n'),
      }

const AUTOSCALER = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler'

/**
 * Writers of this environment's tree that would be refused, and nobody has said that they may write.
 * Called at synth, when the tree is complete.
 */
export function unsharedWriters(
  construct: Construct,
  protects: readonly ProtectedObject[],
  sharedWith: readonly SharedWriter[],
): readonly Mistake[] {
  const users = sharedWith.map(({ user }) => user)
  const others = objectsBeside(construct)
  return protects.flatMap((target, index) => {
    const option = `protects[${index}]`
    const value = `${target.kind} ${target.name}`
    const rendered = users.some((user) => user !== AUTOSCALER)
      ? []
      : others.filter(isObject(target))
    const scaled = users.includes(AUTOSCALER) ? [] : others.filter(scales(target))
    return [
      ...rendered.map(({ node }) => ({
        option,
        value,
        problem: `is also made by ${node.path}, so each sync writes it without holding the lock`,
        remedy:
          'Take it out of one of the two, or name in `sharedWith` the user that the sync is to the API server',
      })),
      ...scaled.map(({ node }) => ({
        option,
        value,
        problem: `is scaled by ${node.path}, which never holds the lock`,
        remedy: `Take it out, or name '${AUTOSCALER}' in \`sharedWith\``,
      })),
    ]
  })
}

function objectsBeside(construct: Construct): readonly ApiObject[] {
  const namespace = Namespace.tryOf(construct)?.name
  const objects = Environment.tryOf(construct)?.node.findAll().filter(ApiObject.isApiObject) ?? []
  return objects.filter((object) => Namespace.tryOf(object)?.name === namespace)
}

const isObject = (target: ProtectedObject) => (object: ApiObject) =>
  isOf(target, { apiVersion: object.apiVersion, kind: object.kind, name: object.name })

const isOf = (
  target: ProtectedObject,
  other: { readonly apiVersion: string; readonly kind: string; readonly name: string },
): boolean =>
  target.kind === other.kind &&
  target.name === other.name &&
  groupOf(target.apiVersion) === groupOf(other.apiVersion)

const scales = (target: ProtectedObject) => (object: ApiObject) => {
  if (object.kind !== 'HorizontalPodAutoscaler') return false
  const scaled = at(object.toJson(), 'spec', 'scaleTargetRef')
  return isOf(target, {
    apiVersion: String(at(scaled, 'apiVersion')),
    kind: String(at(scaled, 'kind')),
    name: String(at(scaled, 'name')),
  })
}
