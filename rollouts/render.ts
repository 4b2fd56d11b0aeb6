import { emitYaml } from '../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectPath } from '../manifests/layout.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { canaryTrack } from './canary-track.ts'
import { onlyAdds } from './only-adds.ts'
import { pinnedTrack } from './pinned-track.ts'
import type { RolloutPlan } from './plan.ts'
import type { Rollout } from './record.ts'
import type { Rendition } from './rendition.ts'
import { isShareable, shareRoute } from './route-share.ts'
import { type StageState, stageState } from './stage-state.ts'
import { findTrack } from './track-objects.ts'
import { stageReplicas } from './track-replicas.ts'

/**
 * On the metadata of what a rollout changes, while it is in flight: the rollout, and which of its
 * commits has changed it last. Never in a pod template. So it can be seen whether the cluster has it.
 */
export const STEP_ANNOTATION = 'lockstep.dev/rollout-step'

export interface RenderProps {
  readonly base: Rendition
  readonly candidate: Rendition
  /** The plan that the rollout started with. */
  readonly plan: RolloutPlan
  readonly rollout: Rollout
}

/**
 * The files of an app while a rollout is in flight: the only author of them, whoever writes the
 * commit. At rest they are those of a rendition, byte for byte.
 *
 * What both tracks share is stable's until the promotion. Only what a candidate adds comes with its
 * start, and only what it leaves out goes with its end; to traffic nothing comes before the first
 * step that has any.
 */
export function render({ base, candidate, plan, rollout }: RenderProps): readonly RenderedFile[] {
  const state = stageState(plan.spec, rollout.stage)
  const { stable, canary } = plan.spec.tracks
  const services = { stableService: stable.service, canaryService: canary.service }
  const replicas = stageReplicas(plan.spec.router, state, rollout.need)
  const app = `${plan.metadata.namespace}/${plan.metadata.name}`
  const write = (object: KubernetesObject): RenderedFile => ({
    path: objectPath(object, plan.metadata.name),
    text: emitYaml(object),
    app,
    object,
  })
  // Asked for, and nothing of it there yet.
  if (replicas.canary === 0) return base.files
  const own = ownTrack(objectsOf({ base, candidate }[state.workloads]), stable.deployment)
  const files = sharedFiles({ base, candidate, plan, state }).map((file) => {
    const { object } = file
    if (object === undefined || !isShareable(object) || rollout.changed.traffic === 0) return file
    const route = shareRoute(object, { ...services, state: state.share })
    return write(marked(route, rollout, 'traffic'))
  })
  const tracks = [
    ...own.map((object) => pinnedTrack(object, replicas.stable)),
    ...canaryTrack(objectsOf(candidate), {
      app: plan.metadata.name,
      deployment: stable.deployment,
      replicas: replicas.canary,
    }),
  ]
  return [...files, ...tracks.map((object) => write(marked(object, rollout, 'workloads')))]
}

/** Which of an app's commits has written a part of it, as it stands in `STEP_ANNOTATION`. */
export const stepMark = ({ id, changed }: Rollout, section: 'workloads' | 'traffic'): string =>
  `${id}/${changed[section]}`

/** What no commit of the rollout has changed yet stays as it is, to the byte. */
function marked(
  object: KubernetesObject,
  rollout: Rollout,
  section: 'workloads' | 'traffic',
): KubernetesObject {
  if (rollout.changed[section] === 0) return object
  const { metadata } = object
  const annotations = { ...metadata.annotations, [STEP_ANNOTATION]: stepMark(rollout, section) }
  return { ...object, metadata: { ...metadata, annotations } }
}

const objectsOf = ({ files }: Rendition): readonly KubernetesObject[] =>
  files.flatMap(({ object }) => object ?? [])

/** The objects of which each track has its own. */
function ownTrack(objects: readonly KubernetesObject[], name: string): readonly KubernetesObject[] {
  const { deployment, autoscaler, budget } = findTrack(objects, name)
  return [deployment, autoscaler, budget].flatMap((object) => object ?? [])
}

/** Everything else of the app, as the stage has it. */
function sharedFiles({
  base,
  candidate,
  plan,
  state,
}: Omit<RenderProps, 'rollout'> & { readonly state: StageState }): readonly RenderedFile[] {
  const { deployment } = plan.spec.tracks.stable
  const own = new Set(
    [base, candidate].flatMap((rendition) => ownTrack(objectsOf(rendition), deployment)),
  )
  const before = byPath(base.files.filter(({ object }) => object === undefined || !own.has(object)))
  const after = byPath(
    candidate.files.filter(({ object }) => object === undefined || !own.has(object)),
  )
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.flatMap((path) => {
    const from = path.startsWith('traffic/') ? state.traffic : state.workloads
    return choose(before.get(path), after.get(path), from) ?? []
  })
}

function choose(
  before: RenderedFile | undefined,
  after: RenderedFile | undefined,
  from: StageState['workloads'] | StageState['traffic'],
): RenderedFile | undefined {
  if (from === 'base at rest') return before
  if (from === 'candidate' || before === undefined) return after ?? before
  const { object } = before
  const isMore = object !== undefined && after !== undefined && onlyAdds(object, after.object)
  return isMore ? after : before
}

const byPath = (files: readonly RenderedFile[]): ReadonlyMap<string, RenderedFile> =>
  new Map(files.map((file) => [file.path, file]))
