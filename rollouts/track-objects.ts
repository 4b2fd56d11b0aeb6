import { at, fields } from '../manifests/fields.ts'
import { groupOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { type Labels, selects } from '../manifests/label-selector.ts'

/** The objects of an app of which each track has its own. Everything else serves both. */
export interface TrackObjects {
  readonly deployment: KubernetesObject | undefined
  readonly autoscaler: KubernetesObject | undefined
  readonly budget: KubernetesObject | undefined
  /** Labels that the Deployment selects its pods by. */
  readonly selector: Labels
}

/** The track that a Deployment makes, among the objects of one app. */
export function findTrack(
  objects: readonly KubernetesObject[],
  deploymentName: string,
): TrackObjects {
  const find = (type: string, matches: (object: KubernetesObject) => boolean) =>
    objects.find(
      (object) => `${groupOf(object.apiVersion)}/${object.kind}` === type && matches(object),
    )
  const deployment = find('apps/Deployment', ({ metadata }) => metadata.name === deploymentName)
  const selector = labels(at(deployment, 'spec', 'selector', 'matchLabels'))
  const podLabels = labels(at(deployment, 'spec', 'template', 'metadata', 'labels'))
  return {
    deployment,
    selector,
    autoscaler: find('autoscaling/HorizontalPodAutoscaler', (object) => {
      const target = at(object, 'spec', 'scaleTargetRef')
      return at(target, 'kind') === 'Deployment' && at(target, 'name') === deploymentName
    }),
    budget: find('policy/PodDisruptionBudget', (object) =>
      selects(at(object, 'spec', 'selector'), podLabels),
    ),
  }
}

const labels = (value: unknown): Labels => fields(value) as Labels
