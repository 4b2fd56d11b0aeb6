import type { HighlyAvailableDeploymentProps } from '../../constructs/highly-available-deployment.ts'
import type { KubernetesVersion } from '../../constructs/kubernetes-version.ts'
import type { Namespace } from '../../constructs/namespace.ts'
import type { PodProps } from '../../constructs/pod-props.ts'
import { Testing } from '../../constructs/testing.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'

/** An app as one might write it: with the least that a construct needs, or with all that it can. */
export interface Golden {
  /** Name of the app, which no other golden has, so that all can be judged together. */
  readonly name: string
  /** Oldest Kubernetes that it can be written for. */
  readonly since: KubernetesVersion
  readonly objects: (targetVersion?: KubernetesVersion) => readonly KubernetesObject[]
}

interface GoldenSettings {
  readonly since?: KubernetesVersion
  readonly development?: boolean
}

export function golden(
  name: string,
  define: (scope: Namespace, id: string) => void,
  { since = '1.29', development = false }: GoldenSettings = {},
): Golden {
  return {
    name,
    since,
    objects: (targetVersion = '1.31') =>
      Testing.synth((scope) => define(scope, name), {
        targetVersion,
        development,
        lockstepImage: image('lockstep'),
        external: EXTERNAL,
      }).objects,
  }
}

/** What the goldens refer to and other teams make. */
const EXTERNAL = ['Secret test/*', 'PriorityClass high', 'Gateway */public']

export const image = (name: string): string =>
  `registry.example.com/shop/${name}:1.4.2@sha256:${'a'.repeat(64)}`

/** The least that an app must say. */
export const least = {
  image: image('web'),
  resources: { cpu: '250m', memory: '256Mi' },
} as const satisfies PodProps

/** The least that an app must say that listens. */
export const served = {
  ...least,
  port: 8080,
  health: { ready: '/readyz', live: '/livez' },
} as const satisfies Omit<HighlyAvailableDeploymentProps, 'replicas'>
