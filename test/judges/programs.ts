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

/** Says of a history of a lock whether a fenced mutex could have behaved like that. */
export const HISTORY_JUDGE = {
  name: 'history-judge',
  moduleFolder: '../judges/linearizability',
  package: 'lockstep.dev/test/judges/linearizability',
  versionOf: 'github.com/anishathalye/porcupine',
} as const satisfies Program

/** The elector that controllers have, on one Lease. */
export const CLIENT_GO_ELECTOR = {
  name: 'client-go-elector',
  moduleFolder: '../judges/client-go-elector',
  package: 'lockstep.dev/test/judges/client-go-elector',
  versionOf: 'k8s.io/client-go',
} as const satisfies Program
