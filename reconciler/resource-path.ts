import type { Identity } from '../manifests/identity.ts'

/**
 * Where the API server has the kinds that rollouts look at, in the version that they are understood
 * in. Asking it would be another call, and rights to make it.
 */
const FOLDERS: Readonly<Record<string, readonly [root: string, plural: string]>> = {
  '/Service': ['/api/v1', 'services'],
  'apps/Deployment': ['/apis/apps/v1', 'deployments'],
  'autoscaling/HorizontalPodAutoscaler': ['/apis/autoscaling/v2', 'horizontalpodautoscalers'],
  'gateway.networking.k8s.io/HTTPRoute': ['/apis/gateway.networking.k8s.io/v1', 'httproutes'],
}

/** The path of a namespaced object in the API; `undefined` if nobody looks at its kind. */
export function resourcePath({ group, kind, namespace, name }: Identity): string | undefined {
  const folder = FOLDERS[`${group}/${kind}`]
  if (folder === undefined || namespace === undefined) return undefined
  const [root, plural] = folder
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`
}
