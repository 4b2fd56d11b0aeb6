import type { Program } from '../control-plane/programs.ts'

/** Judges that are Go programs. */
export const KUBE_SCORE = {
  name: 'kube-score',
  moduleFolder: '../judges/kube-score',
  package: 'github.com/zegl/kube-score/cmd/kube-score',
  versionOf: 'github.com/zegl/kube-score',
} as const satisfies Program

/** Of the oldest Kubernetes that Lockstep writes for: it knows no field that is newer. */
export const KUBECTL = {
  name: 'kubectl',
  moduleFolder: '../judges/kubectl',
  package: 'k8s.io/kubernetes/cmd/kubectl',
  versionOf: 'k8s.io/kubernetes',
} as const satisfies Program
