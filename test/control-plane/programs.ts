/** A program that tests need, and the Go module that it is built from. */
export interface Program {
  /** File name of the binary. */
  readonly name: string
  /** Folder, seen from this file's, whose go.mod pins it and all that it is built from. */
  readonly moduleFolder: string
  /** Import path of its `main`. */
  readonly package: string
  /** Module whose version it has. */
  readonly versionOf: string
  /** Go variables to set, given that version (`v1.36.3`), so that the program knows it too. */
  readonly stamp?: (version: string) => Readonly<Record<string, string>>
}

/** Without it `/version` says `v0.0.0-master+$Format:%H$`. */
function kubernetesVersion(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.slice(1).split('.')
  const variable = 'k8s.io/component-base/version'
  return {
    [`${variable}.gitVersion`]: version,
    [`${variable}.gitMajor`]: major,
    [`${variable}.gitMinor`]: minor,
    [`${variable}.gitTreeState`]: 'clean',
  }
}

/** What the API of a cluster consists of, in the order of their builds. */
export const API_PROGRAMS = [
  {
    name: 'etcd',
    moduleFolder: 'kubernetes',
    package: 'go.etcd.io/etcd/server/v3',
    versionOf: 'go.etcd.io/etcd/server/v3',
  },
  {
    name: 'kube-apiserver',
    moduleFolder: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    versionOf: 'k8s.io/kubernetes',
    stamp: kubernetesVersion,
  },
] as const satisfies readonly Program[]

/** What makes the objects behave: controllers, the scheduler, and KWOK, which plays the nodes. */
export const BEHAVIOUR_PROGRAMS = [
  {
    name: 'kube-controller-manager',
    moduleFolder: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    versionOf: 'k8s.io/kubernetes',
    stamp: kubernetesVersion,
  },
  {
    name: 'kube-scheduler',
    moduleFolder: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-scheduler',
    versionOf: 'k8s.io/kubernetes',
    stamp: kubernetesVersion,
  },
  {
    name: 'kwok',
    moduleFolder: 'kwok',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    versionOf: 'sigs.k8s.io/kwok',
  },
] as const satisfies readonly Program[]

/** All of a control plane. */
export const PROGRAMS = [...API_PROGRAMS, ...BEHAVIOUR_PROGRAMS] as const

/** Applies what is on the deploy branch, in the tests of GitOps. */
export const KUSTOMIZE_CONTROLLER: Program = {
  name: 'kustomize-controller',
  moduleFolder: 'kustomize-controller',
  package: 'github.com/fluxcd/kustomize-controller',
  versionOf: 'github.com/fluxcd/kustomize-controller',
}

/** Has the images that are followed, in the tests of that. */
export const REGISTRY: Program = {
  name: 'registry',
  moduleFolder: 'registry',
  package: 'github.com/distribution/distribution/v3/cmd/registry',
  versionOf: 'github.com/distribution/distribution/v3',
}

/** What is built ahead of a test run. */
export const BUILT_PROGRAMS: readonly Program[] = [...PROGRAMS, KUSTOMIZE_CONTROLLER, REGISTRY]

type NameOf<Programs extends readonly Program[]> = Programs[number]['name']

/** Path of each program's binary, of those that the API consists of. */
export type ApiBinaries = Readonly<Record<NameOf<typeof API_PROGRAMS>, string>>

/** Path of each program's binary, of the whole control plane. */
export type Binaries = Readonly<Record<NameOf<typeof PROGRAMS>, string>>
