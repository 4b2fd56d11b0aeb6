import { canonicalJson } from '../manifests/canonical-json.ts'
import { at } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { podTemplateOf } from '../manifests/pod-template.ts'
import { dataLoss } from './data-loss.ts'
import type { FieldChange } from './field-changes.ts'
import { immutableChanges } from './immutability.ts'
import { objectChanges } from './object-changes.ts'
import type { ObjectTransition } from './object-transition.ts'
import type { PublishPlan } from './publish-plan.ts'

/**
 * What a change does to what runs, from harmless to harmful.
 *
 * - `no-op`: the text differs, the object does not.
 * - `creates`, `removes`: there is nothing before, or nothing after.
 * - `in-place`: the object changes under running pods.
 * - `rolling-restart`: pods are replaced.
 * - `canary`: pods of an app with a rollout plan are replaced.
 * - `recreate`: the API server refuses it; the object must be deleted and made anew.
 * - `deletes-data`: data goes, or the way to it.
 */
export type Effect =
  | 'no-op'
  | 'creates'
  | 'removes'
  | 'in-place'
  | 'rolling-restart'
  | 'canary'
  | 'recreate'
  | 'deletes-data'

/** What a publish does to one object. */
export interface ObjectDiff {
  /** As `Deployment.apps shop/web`. */
  readonly object: string
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly effect: Effect
  /** Below the environment's folder; where it goes, or was. */
  readonly path: string
  /** Empty if the object is new or goes. */
  readonly fields: readonly FieldChange[]
  /** What else is worth knowing, as a sentence without a full stop. */
  readonly note?: string
}

/** The plan object by object, in the order of their apps and names. */
export function diffPlan(plan: PublishPlan): readonly ObjectDiff[] {
  return plan.transitions
    .map((transition) => diffOf(transition, plan.canaries.includes(transition.app)))
    .sort((a, b) => (`${a.app} ${a.object}` < `${b.app} ${b.object}` ? -1 : 1))
}

function diffOf(transition: ObjectTransition, isCanaried: boolean): ObjectDiff {
  const { object, app, before, after } = transition
  const note = noteOn(transition)
  return {
    object,
    app,
    effect: effectOf(transition, isCanaried),
    path: after?.path ?? before?.path ?? '',
    fields: before && after ? objectChanges(before.object, after.object) : [],
    ...(note !== undefined && { note }),
  }
}

function effectOf(transition: ObjectTransition, isCanaried: boolean): Effect {
  const { before, after } = transition
  if (dataLoss(transition) !== undefined) return 'deletes-data'
  if (before === undefined) return 'creates'
  if (after === undefined) return 'removes'
  if (immutableChanges(transition).length > 0) return 'recreate'
  if (isSame(before.object, after.object)) return 'no-op'
  if (!replacesPods(before.object, after.object)) return 'in-place'
  return isCanaried && after.object.kind === 'Deployment' ? 'canary' : 'rolling-restart'
}

/** Controllers that replace pods when their template changes; all others wait for the next pod. */
const REPLACING: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment', 'StatefulSet'])

const replacesPods = (before: KubernetesObject, after: KubernetesObject): boolean =>
  REPLACING.has(after.kind) &&
  at(after, 'spec', 'updateStrategy', 'type') !== 'OnDelete' &&
  !isSame(podTemplateOf(before), podTemplateOf(after))

function noteOn({ before, after, adopted }: ObjectTransition): string | undefined {
  if (adopted && before !== undefined) return `takes over ${before.path}`
  if (before === undefined || after === undefined) return undefined
  if (isSame(podTemplateOf(before.object), podTemplateOf(after.object))) {
    return before.path === after.path ? undefined : `moves from ${before.path}`
  }
  return noteOnPods(after.object)
}

function noteOnPods(object: KubernetesObject): string | undefined {
  if (object.kind === 'CronJob') return 'from the next run on'
  if (at(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return 'pods stay as they are until somebody deletes them'
  }
  return at(object, 'spec', 'strategy', 'type') === 'Recreate'
    ? 'all pods stop before the new ones start'
    : undefined
}

const isSame = (a: unknown, b: unknown): boolean =>
  canonicalJson(a ?? null) === canonicalJson(b ?? null)
