import { emitYaml } from '../../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { objectPath, planPath } from '../../manifests/layout.ts'
import { TRACKS_ANNOTATION } from '../../manifests/tracks.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import type { Rendition } from '../../rollouts/rendition.ts'
import { revisionOf } from '../../rollouts/revision.ts'
import { appAtRest } from './app-fixture.ts'

/** The app of `appAtRest` as it is published with an image. */
export function renditionOf(
  image: string,
  plan: RolloutPlan,
  change: (objects: KubernetesObject[]) => KubernetesObject[] = (objects) => objects,
): Rendition {
  const { deployment, autoscaler, ...others } = appAtRest()
  const isScaled = plan.spec.replicas.min !== plan.spec.replicas.max
  const all = change([
    withImage(deployment, image, isScaled ? undefined : plan.spec.replicas.min),
    ...(isScaled ? [withRange(autoscaler, plan.spec.replicas)] : []),
    ...Object.values(others),
    ...['checkout', 'checkout-stable', 'checkout-canary'].map(service),
  ])
  const revision = revisionOf(all.find(({ kind }) => kind === 'Deployment') ?? deployment, all)
  const app = 'shop/checkout'
  const path = planPath('shop', 'checkout')
  return {
    revision: revision ?? '',
    files: [
      ...all.map((object) => ({
        path: objectPath(object, 'checkout'),
        text: emitYaml(object),
        app,
        object,
      })),
      { path, text: emitYaml(plan), app },
    ],
  }
}

const withRange = (
  autoscaler: KubernetesObject,
  { min, max }: RolloutPlan['spec']['replicas'],
): KubernetesObject => ({
  ...autoscaler,
  spec: { ...(autoscaler.spec as object), minReplicas: min, maxReplicas: max },
})

function withImage(
  deployment: KubernetesObject,
  image: string,
  replicas: number | undefined,
): KubernetesObject {
  const copy = structuredClone(deployment) as KubernetesObject & {
    spec: {
      replicas?: number | undefined
      template: { spec: { containers: { image: string }[] } }
    }
  }
  for (const container of copy.spec.template.spec.containers) container.image = image
  if (replicas === undefined) delete copy.spec.replicas
  else copy.spec.replicas = replicas
  return copy
}

const service = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { 'app.kubernetes.io/name': 'checkout' }, ports: [{ port: 80 }] },
})

/** As constructs write them: each Service says which tracks it is for, and selects them. */
export const withTracks = (objects: KubernetesObject[]): KubernetesObject[] =>
  objects.map((object) => {
    if (object.kind !== 'Service') return object
    const { name } = object.metadata
    const track = name.endsWith('-canary') ? 'canary' : 'stable'
    const instance = track === 'canary' ? 'checkout-canary' : 'checkout'
    return {
      ...object,
      metadata: { ...object.metadata, annotations: { [TRACKS_ANNOTATION]: track } },
      spec: {
        ports: [{ port: 80 }],
        selector: { 'app.kubernetes.io/name': 'checkout', 'app.kubernetes.io/instance': instance },
      },
    }
  })
