import { describeIdentity, identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { readManifests } from '../manifests/read-yaml.ts'
import { isClusterScoped } from '../manifests/scope.ts'
import { UnreadableManifestError } from '../manifests/unreadable-manifest-error.ts'

/** A manifest as it is on the branch. */
export interface BranchManifest {
  /** Below the environment's folder. */
  readonly path: string
  readonly text: string
  readonly objects: readonly KubernetesObject[]
  /** Whether the file holds something that is no object. */
  readonly hasOther: boolean
  /** Why it could not be read; `undefined` if it could. */
  readonly problem?: string
}

/** Reads a manifest that we did not just write ourselves, and that may so hold anything. */
export function readBranchManifest(path: string, text: string): BranchManifest {
  try {
    const documents = readManifests(text, path)
    const objects = documents.flatMap(({ object }) => object ?? [])
    return { path, text, objects, hasOther: objects.length < documents.length }
  } catch (error) {
    if (!(error instanceof UnreadableManifestError)) throw error
    return { path, text, objects: [], hasOther: true, problem: error.message }
  }
}

/**
 * What an object is called, where a namespace that is not written means `default`: that is where the
 * object ends up, and a manifest that says so is of the same object.
 */
export function objectName(object: KubernetesObject): string {
  const identity = identityOf(object)
  const isHomeless =
    identity.namespace === undefined && !isClusterScoped(identity.group, identity.kind)
  return describeIdentity(isHomeless ? { ...identity, namespace: 'default' } : identity)
}
