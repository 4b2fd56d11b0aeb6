import type { Identity } from '../manifests/identity.ts'

/** A kind that is looked at, in the version that it is understood in. */
export interface Resource {
  /** `/apis/apps/v1`. */
  readonly root: string
  /** `deployments`. */
  readonly plural: string
  /** What a cluster knows the kind by that does not know it by itself. */
  readonly definedBy?: string
}

/** Asking the API server would be another call, and rights to make it. */
const RESOURCES: Readonly<Record<string, Resource>> = {
  '/Service': { root: '/api/v1', plural: 'services' },
  'apps/Deployment': { root: '/apis/apps/v1', plural: 'deployments' },
  'autoscaling/HorizontalPodAutoscaler': {
    root: '/apis/autoscaling/v2',
    plural: 'horizontalpodautoscalers',
  },
  'gateway.networking.k8s.io/HTTPRoute': {
    root: '/apis/gateway.networking.k8s.io/v1',
    plural: 'httproutes',
    definedBy: 'the CustomResourceDefinitions of Gateway API, 1.0 or newer, and what implements it',
  },
  'kustomize.toolkit.fluxcd.io/Kustomization': {
    root: '/apis/kustomize.toolkit.fluxcd.io/v1',
    plural: 'kustomizations',
  },
  'source.toolkit.fluxcd.io/GitRepository': {
    root: '/apis/source.toolkit.fluxcd.io/v1',
    plural: 'gitrepositories',
  },
  'argoproj.io/Application': { root: '/apis/argoproj.io/v1alpha1', plural: 'applications' },
}

/** Where the API server has a kind; `undefined` if nobody looks at it. */
export const resourceOf = ({ group, kind }: Identity): Resource | undefined =>
  RESOURCES[`${group}/${kind}`]

/** The path of a namespaced object in the API; `undefined` if nobody looks at its kind. */
export function resourcePath(identity: Identity): string | undefined {
  const resource = resourceOf(identity)
  const { namespace, name } = identity
  if (resource === undefined || namespace === undefined) return undefined
  const { root, plural } = resource
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`
}
