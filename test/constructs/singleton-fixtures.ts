import { App } from '../../constructs/app.ts'
import { Environment } from '../../constructs/environment.ts'
import type { EnvironmentProps } from '../../constructs/environment-props.ts'
import { Namespace } from '../../constructs/namespace.ts'
import type { PodProps } from '../../constructs/pod-props.ts'
import type { SingletonServiceProps } from '../../constructs/singleton-service-props.ts'
import { SynthesisError } from '../../constructs/synthesis-error.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { Testing, type TestSynthesis } from '../../constructs/testing.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'

const digest = (character: string): string => `sha256:${character.repeat(64)}`

export const LOCKSTEP_IMAGE = `registry.example.com/lockstep:0.1@${digest('f')}`

/** The least that a singleton must say beside its guarantee. */
export const worker = {
  image: `registry.example.com/shop/ledger:1.4@${digest('a')}`,
  resources: { cpu: '100m', memory: '128Mi' },
} as const satisfies PodProps

/** One that listens. */
export const listening = {
  ...worker,
  port: 8080,
  health: { ready: '/readyz', live: '/livez' },
} as const satisfies Omit<SingletonServiceProps, 'guarantee'>

/** In an environment that knows Lockstep's image, as `elected` and locked jobs need it. */
export const synth = (
  define: (namespace: Namespace) => unknown,
  props: Partial<EnvironmentProps> = {},
): TestSynthesis => Testing.synth(define, { lockstepImage: LOCKSTEP_IMAGE, ...props })

/** What synth says against it; empty if nothing. */
export function complaints(
  define: (namespace: Namespace) => unknown,
  props: Partial<EnvironmentProps> = {},
): string {
  try {
    synth(define, props)
    return ''
  } catch (error) {
    if (error instanceof SynthesisError) return error.message
    throw error
  }
}

/** The objects of an app in a namespace of a cluster. */
export function objectsIn(
  namespace: string,
  define: (namespace: Namespace) => unknown,
): readonly KubernetesObject[] {
  const app = new App({ outdir: 'unused' })
  const environment = new Environment(app, 'test', {
    owner: 'platform-team',
    images: {},
    lockstepImage: LOCKSTEP_IMAGE,
  })
  define(new Namespace(environment, namespace, { existing: true }))
  const { renderings, findings } = synthesizeTree(app)
  const errors = findings.filter(
    ({ severity, waived }) => severity === 'error' && waived === undefined,
  )
  if (errors.length > 0) throw new SynthesisError(errors)
  return renderings.flatMap(({ files }) => files.flatMap(({ object }) => object ?? []))
}
