import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { LIVE_ABORT_ANNOTATION, type LiveAbort, writeLiveAbort } from '../rollouts/live-abort.ts'
import type { ClusterObjects, ObjectPatch } from './cluster-objects.ts'
import type { LiveAbortPlan } from './plan-live-abort.ts'
import { suspendFor, suspensionOf, syncName } from './suspended-sync.ts'
import type { ShiftStep } from './traffic-shift.ts'

export interface AbortLiveProps {
  readonly objects: ClusterObjects
  readonly plan: LiveAbortPlan
  readonly patience?: LiveAbortPatience
}

/** How long is looked whether all requests stay where they were sent. */
export interface LiveAbortPatience {
  /** Pause between two looks, in milliseconds. @default 500 */
  readonly everyMs?: number
  /** Looks in a row that must find nothing to do. @default 6 */
  readonly quietLooks?: number
  /** Most looks. @default - 120; 600 where pods are waited for */
  readonly mostLooks?: number
}

export interface LiveAbortResult {
  /** What was done, as sentences without a full stop; empty if all of it was so already. */
  readonly done: readonly string[]
  /** What is missing yet, or may still undo it, as sentences without a full stop; empty if nothing does. */
  readonly open: readonly string[]
}

/**
 * Sends all requests of an app to stable in the cluster. Each write is one that can be made again, and they
 * come in an order in which whatever is left of them, were this killed between two, is finished by making
 * all of them again:
 *
 * 1. All of them are rehearsed, so that one that is refused leaves none of the others.
 * 2. What splits the requests gets a note of it. From here on the next look at the cluster commits the abort.
 * 3. Syncs are suspended, the outermost first.
 * 4. Everything is sent to stable, and again if a sync that was under way puts it back.
 *
 * @throws {KubernetesError}
 * @throws {ObjectGoneError}
 */
export async function abortLive(props: AbortLiveProps): Promise<LiveAbortResult> {
  const { objects, plan } = props
  const { abort, shift, syncs } = plan
  const suspend = (sync: KubernetesObject) => suspendFor(abort.app, sync)
  const note = (object: KubernetesObject) => noteOf(abort, object)
  for (const sync of syncs) await objects.change(identityOf(sync), suspend, true)
  for (const object of shift.noted) await objects.change(identityOf(object), note, true)
  for (const { target, change } of shift.steps) await objects.change(target, change, true)
  for (const object of shift.noted) await objects.change(identityOf(object), note)
  for (const sync of syncs) await objects.change(identityOf(sync), suspend)
  return hold(props)
}

function noteOf(abort: LiveAbort, { metadata }: KubernetesObject): ObjectPatch | undefined {
  const note = writeLiveAbort(abort)
  const isDone = metadata.annotations?.[LIVE_ABORT_ANNOTATION] === note
  return isDone ? undefined : { annotations: { [LIVE_ABORT_ANNOTATION]: note } }
}

/** What was under way when its sync was suspended ends first, and may have been about to put it back. */
async function hold({ objects, plan, patience = {} }: AbortLiveProps): Promise<LiveAbortResult> {
  const { steps } = plan.shift
  const isPatient = steps.some(({ isWaitedFor }) => isWaitedFor)
  const { everyMs = 500, quietLooks = 6, mostLooks = isPatient ? 600 : 120 } = patience
  const done = new Set<string>()
  let open: readonly string[] = []
  for (let looks = 1, quiet = 0; quiet < quietLooks && looks <= mostLooks; looks++) {
    const { made, missing } = await makeSteps(objects, steps)
    const again = made.filter(({ what }) => done.has(what)).map(putBack)
    for (const { what } of made) done.add(what)
    open = [...missing, ...again, ...(await applying(objects, plan))]
    quiet = open.length === 0 ? quiet + 1 : 0
    await objects.pause(everyMs)
  }
  return { done: [...done], open }
}

/** As far as none waits for another one. */
async function makeSteps(
  objects: ClusterObjects,
  steps: readonly ShiftStep[],
): Promise<{ readonly made: readonly ShiftStep[]; readonly missing: readonly string[] }> {
  const made: ShiftStep[] = []
  const missing: string[] = []
  for (const step of steps) {
    if ((await objects.change(step.target, step.change)) !== undefined) made.push(step)
    const live = await objects.find(step.target)
    const lacking = live === undefined ? [] : step.lacks(live)
    missing.push(...lacking)
    if (step.isWaitedFor && lacking.length > 0) break
  }
  return { made, missing }
}

const putBack = ({ what }: ShiftStep): string =>
  `somebody has undone that ${what}, and it was done once more`

async function applying(
  objects: ClusterObjects,
  { syncs }: LiveAbortPlan,
): Promise<readonly string[]> {
  const live = await Promise.all(syncs.map((sync) => objects.find(identityOf(sync))))
  return live.flatMap((sync) =>
    sync !== undefined && suspensionOf(sync).isApplying(sync)
      ? [`${syncName(sync)} is still in the middle of applying something`]
      : [],
  )
}
