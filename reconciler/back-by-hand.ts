import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { SKIP_RECONCILE_ANNOTATION } from '../rollouts/skipped-application.ts'
import { SUSPENDED_FOR_ANNOTATION } from '../rollouts/suspended-for.ts'

/** The command by which a person gives back a sync that only they can answer for. */
export function backByHand(sync: KubernetesObject): string {
  const { kind, namespace, name } = identityOf(sync)
  return kind === 'Kustomization'
    ? `flux resume kustomization ${name} -n ${namespace}`
    : `kubectl -n ${namespace} annotate application ${name} ${SKIP_RECONCILE_ANNOTATION}- ${SUSPENDED_FOR_ANNOTATION}-`
}
