import type { Finding } from '../checks/finding.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { App } from './app.ts'
import { Environment } from './environment.ts'
import type { EnvironmentProps } from './environment-props.ts'
import { Namespace } from './namespace.ts'
import { SynthesisError } from './synthesis-error.ts'
import { synthesizeTree } from './synthesize-tree.ts'

export interface TestSynthesis {
  /** The objects of the app, without those of the namespace itself, in a fixed order. */
  readonly objects: readonly KubernetesObject[]
  /** What was found and is no error. */
  readonly findings: readonly Finding[]
  /** The only object of a kind, or the one of that name. @throws {ObjectNotFoundError} */
  find(kind: string, name?: string): KubernetesObject
}

/** For tests of app definitions: no file system, no cluster, one line. */
export const Testing = {
  /**
   * Synthesizes what `define` makes in a namespace `test` of an environment `test`.
   *
   * ```ts
   * const { find } = Testing.synth((test) => new HighlyAvailableDeployment(test, 'web', props))
   * expect(find('Deployment').spec).toMatchObject({ replicas: 3 })
   * ```
   *
   * @throws {SynthesisError} with every mistake
   */
  synth(
    define: (namespace: Namespace) => unknown,
    props: Partial<EnvironmentProps> = {},
  ): TestSynthesis {
    const app = new App({ outdir: 'unused' })
    const environment = new Environment(app, 'test', { owner: 'test', images: {}, ...props })
    define(new Namespace(environment, 'test', { existing: true }))
    const { renderings, findings } = synthesizeTree(app)
    const errors = findings.filter(
      ({ severity, waived }) => severity === 'error' && waived === undefined,
    )
    if (errors.length > 0) throw new SynthesisError(errors)
    const objects = renderings.flatMap(({ files }) => files.flatMap(({ object }) => object ?? []))
    return { objects, findings, find: (kind, name) => findObject(objects, kind, name) }
  },
} as const

function findObject(
  objects: readonly KubernetesObject[],
  kind: string,
  name?: string,
): KubernetesObject {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  )
  const [only] = found
  if (found.length === 1 && only !== undefined) return only
  throw new ObjectNotFoundError(kind, name, objects, found.length)
}

/** The synthesized objects have none, or several, of what was asked for. */
export class ObjectNotFoundError extends Error {
  override readonly name = 'ObjectNotFoundError'
  readonly code = 'OBJECT_NOT_FOUND'

  constructor(
    kind: string,
    name: string | undefined,
    objects: readonly KubernetesObject[],
    count: number,
  ) {
    const present = objects.map((object) => `${object.kind} ${object.metadata.name}`).join(', ')
    super(
      `Found ${count} objects of kind ${kind}${name === undefined ? '' : ` named ${name}`} among: ${present}`,
    )
  }
}
