import { emitYaml } from '../manifests/emit-yaml.ts'
import { at, fields, items } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { planPath } from '../manifests/layout.ts'
import type { RenderedFile, Rendering } from '../manifests/rendering.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import { readPlan } from '../rollouts/read-plan.ts'
import type { Rendition } from '../rollouts/rendition.ts'
import { meantRollout, type NamedRollout } from './find-rollout.ts'

/** A canaried app as its definition says, and one that differs from it in the image alone. */
export interface ImaginedCandidate extends NamedRollout {
  readonly plan: RolloutPlan
  readonly base: Rendition
  readonly candidate: Rendition
}

/**
 * The app that a name means, with a next version of it.
 *
 * @throws {NoSuchRolloutError} {SeveralRolloutsError} {MalformedPlanError}
 */
export function imaginedCandidate(
  renderings: readonly Rendering[],
  name: string,
): ImaginedCandidate {
  const all = renderings.flatMap(canariedApps)
  const environments = renderings.map(({ environment }) => environment)
  const { app, environment, files, planFile } = meantRollout(name, environments, all)
  const plan = readPlan(planFile.text, `${environment}/${planFile.path}`)
  const { deployment } = plan.spec.tracks.stable
  return {
    app,
    environment,
    plan,
    base: { revision: 'stable', files },
    candidate: { revision: 'candidate', files: files.map((file) => next(file, deployment)) },
  }
}

function canariedApps({ environment, files }: Rendering) {
  const apps = Map.groupBy(files, ({ app }) => app)
  return [...apps].flatMap(([app, own]) => {
    const [namespace = '', name = ''] = app.split('/')
    const planFile = own.find(({ path }) => path === planPath(namespace, name))
    return planFile === undefined ? [] : [{ app, environment, files: own, planFile }]
  })
}

const NEXT_IMAGE = 'the-next-one'

function next(file: RenderedFile, deployment: string): RenderedFile {
  const { object } = file
  const isStable = object?.kind === 'Deployment' && object.metadata.name === deployment
  if (object === undefined || !isStable) return file
  const changed = withImage(object, NEXT_IMAGE)
  return { path: file.path, app: file.app, text: emitYaml(changed), object: changed }
}

function withImage(object: KubernetesObject, image: string): KubernetesObject {
  const template = fields(at(object, 'spec', 'template'))
  const pod = fields(template.spec)
  const containers = items(pod.containers).map((container) => ({ ...fields(container), image }))
  return {
    ...object,
    spec: { ...fields(object.spec), template: { ...template, spec: { ...pod, containers } } },
  }
}
