import { type Fields, fields } from '../manifests/fields.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { Labels } from '../manifests/label-selector.ts'
import { TRACK_LABEL } from '../manifests/tracks.ts'
import { INSTANCE_LABEL, NAME_LABEL } from '../manifests/well-known-labels.ts'
import { findTrack } from './track-objects.ts'

const CANARY_SUFFIX = '-canary'

/** Name of all objects of an app's canary track, and its instance label. */
export const canaryName = (app: string): string => `${app}${CANARY_SUFFIX}`

export const stableServiceName = (app: string): string => `${app}-stable`

/** Selects the pods of an app's canary and no others, whatever selector stable was adopted with. */
export const canarySelector = (app: string): Labels => ({
  [NAME_LABEL]: app,
  [INSTANCE_LABEL]: canaryName(app),
})

export interface CanaryTrackProps {
  readonly app: string
  /** Name of stable's Deployment. */
  readonly deployment: string
  /** Pods that the canary has, or has at least where an autoscaler decides. */
  readonly replicas: number
}

/**
 * The canary's own objects (Deployment, HorizontalPodAutoscaler, PodDisruptionBudget), made from
 * the candidate as it would be as stable. Nothing differs but names, selectors, the labels behind
 * them and the number of pods, so what is measured on the canary is what stable will be.
 *
 * Empty if the Deployment is not among the objects.
 */
export function canaryTrack(
  candidate: readonly KubernetesObject[],
  { app, deployment: name, replicas }: CanaryTrackProps,
): KubernetesObject[] {
  const { deployment, autoscaler, budget, selector } = findTrack(candidate, name)
  if (deployment === undefined) return []
  return [
    canaryDeployment(deployment, selector, app, replicas),
    ...(autoscaler === undefined ? [] : [canaryAutoscaler(autoscaler, app, replicas)]),
    ...(budget === undefined ? [] : [canaryBudget(budget, app)]),
  ]
}

function canaryDeployment(
  stable: KubernetesObject,
  selector: Labels,
  app: string,
  replicas: number,
): KubernetesObject {
  const spec = fields(stable.spec)
  const template = fields(spec.template)
  const metadata = fields(template.metadata)
  return {
    ...renamed(stable, app),
    spec: {
      ...spec,
      ...('replicas' in spec && { replicas }),
      selector: { matchLabels: canarySelector(app) },
      template: {
        ...template,
        metadata: { ...metadata, labels: canaryLabels(fields(metadata.labels), selector, app) },
        spec: withSelector(template.spec, selector, canarySelector(app)),
      },
    },
  }
}

/** Without what stable selects by: an adopted selector must not catch the canary's pods. */
function canaryLabels(stable: Fields, selector: Labels, app: string): Fields {
  const kept = Object.entries(stable).filter(([key]) => !(key in selector))
  return { ...Object.fromEntries(kept), ...canarySelector(app), [TRACK_LABEL]: 'canary' }
}

const canaryAutoscaler = (
  stable: KubernetesObject,
  app: string,
  replicas: number,
): KubernetesObject => {
  const spec = fields(stable.spec)
  const scaleTargetRef = { ...fields(spec.scaleTargetRef), name: canaryName(app) }
  return { ...renamed(stable, app), spec: { ...spec, scaleTargetRef, minReplicas: replicas } }
}

/** What must be available of all of stable's pods may be all that a small canary has. */
function canaryBudget(stable: KubernetesObject, app: string): KubernetesObject {
  const { minAvailable, ...spec } = fields(stable.spec)
  return {
    ...renamed(stable, app),
    spec: {
      ...spec,
      ...(minAvailable !== undefined && { maxUnavailable: 1 }),
      selector: { matchLabels: canarySelector(app) },
    },
  }
}

const renamed = (stable: KubernetesObject, app: string): KubernetesObject => ({
  ...stable,
  metadata: {
    ...stable.metadata,
    name: canaryName(app),
    labels: { ...stable.metadata.labels, [INSTANCE_LABEL]: canaryName(app) },
  },
})

/** Replaces a selector wherever it stands: spread and anti-affinity count the pods of one track. */
function withSelector(value: unknown, from: Labels, to: Labels): unknown {
  if (Array.isArray(value)) return value.map((item) => withSelector(item, from, to))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) =>
      key === 'matchLabels' && isRecord(field) && isSame(field, from)
        ? [key, to]
        : [key, withSelector(field, from, to)],
    ),
  )
}

function isSame(a: Fields, b: Labels): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
