import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/** https://argo-cd.readthedocs.io/en/stable/user-guide/skip_reconcile/ */
export const SKIP_RECONCILE_ANNOTATION = 'argocd.argoproj.io/skip-reconcile'

/** Whether Argo CD passes over an Application. It reads the annotation as Go reads a truth value. */
export const isSkipped = ({ metadata }: KubernetesObject): boolean =>
  TRUE.has(metadata.annotations?.[SKIP_RECONCILE_ANNOTATION] ?? '')

/** https://pkg.go.dev/strconv#ParseBool */
const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
