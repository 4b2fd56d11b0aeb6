/**
 * Annotations of what must outlive its manifest, because it holds what Git does not: Flux and
 * Argo CD leave it in the cluster when its file goes away, and a person deletes it.
 */
export const NEVER_PRUNED = {
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
  'argocd.argoproj.io/sync-options': 'Prune=false',
} as const
