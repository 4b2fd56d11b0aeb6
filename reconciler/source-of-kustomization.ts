import { at, text } from '../manifests/fields.ts'
import type { Identity } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/** What a Kustomization of Flux takes its objects from, whatever its kind. */
export function sourceOf(
  kustomization: KubernetesObject,
): Identity & { readonly namespace: string } {
  const reference = at(kustomization.spec, 'sourceRef')
  return {
    group: 'source.toolkit.fluxcd.io',
    kind: text(at(reference, 'kind')) ?? '',
    namespace: text(at(reference, 'namespace')) ?? kustomization.metadata.namespace ?? '',
    name: text(at(reference, 'name')) ?? '',
  }
}
