import { at, items, text } from '../manifests/fields.ts'
import { objectName } from '../rollouts/object-name.ts'
import { isSkipped, SKIP_RECONCILE_ANNOTATION } from '../rollouts/skipped-application.ts'
import { isDeclared } from './declared-field.ts'
import type { Suspension } from './suspension.ts'

/** https://argo-cd.readthedocs.io/en/stable/user-guide/annotations-and-labels/ */
const REFRESH = 'argocd.argoproj.io/refresh'

/**
 * An Application of Argo CD, by the annotation that makes its controller pass over it. To take away its
 * automation would not do: most often an Application is applied by another one, which puts its `spec`
 * back, and leaves alone annotations that Git does not have.
 */
export const applicationSuspension: Suspension = {
  isSuspended: isSkipped,
  contested: (sync) => {
    const owners = items(sync.metadata.ownerReferences)
    const set = owners.find((owner) => at(owner, 'kind') === 'ApplicationSet')
    if (set === undefined) return undefined
    return `${objectName(sync)} is made by ApplicationSet ${text(at(set, 'name'))}, which takes away annotations that it does not know`
  },
  isDeclared: (sync) => isDeclared(sync, ['metadata', 'annotations', SKIP_RECONCILE_ANNOTATION]),
  isApplying: ({ status }) => at(status, 'operationState', 'phase') === 'Running',
  applied: ({ status }) =>
    items(at(status, 'resources')).map((resource) => ({
      kind: text(at(resource, 'kind')) ?? '',
      namespace: text(at(resource, 'namespace')) ?? '',
      name: text(at(resource, 'name')) ?? '',
    })),
  suspend: { annotations: { [SKIP_RECONCILE_ANNOTATION]: 'true' } },
  // Without being asked to refresh, it may go by what it knew of the branch before.
  resume: { annotations: { [SKIP_RECONCILE_ANNOTATION]: null, [REFRESH]: 'normal' } },
}
