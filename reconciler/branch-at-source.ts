import { at, text } from '../manifests/fields.ts'
import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { RecordSpec } from '../rollouts/record.ts'
import { shortCommit } from '../rollouts/short-commit.ts'
import { suspendedFor } from '../rollouts/suspended-for.ts'
import { backByHand } from './back-by-hand.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import type { Place } from './commit-moves.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import type { LiveDebt } from './live-debt.ts'
import { originOf } from './origin-of-sync.ts'
import { recordAt } from './record-at.ts'
import { sourceOf } from './source-of-kustomization.ts'
import { suspensionOf, syncName } from './suspended-sync.ts'

export interface UntilAtSourceProps {
  readonly objects: ClusterObjects
  readonly place: Place
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly debt: LiveDebt
  readonly patience?: SettlePatience
  /** Told once of each thing that is waited for, as a sentence without a full stop. */
  readonly onWait?: ((reason: string) => void) | undefined
}

/** How long is waited for the branch, and for what fetches it. */
export interface SettlePatience {
  /** Pause between two looks, in milliseconds. @default 1000 */
  readonly everyMs?: number
  /** Most looks. @default 300 */
  readonly mostLooks?: number
}

/**
 * Waits until the branch sends all requests of an aborted rollout to stable, and syncs would apply a commit
 * of which that has been seen: one that was given back before would send them to the canary once more.
 *
 * @throws {LiveAbortRefusedError} if that takes too long, or cannot be seen
 * @throws {BrokenRolloutError} {RemoteRefusedError} {RemoteUnreachableError}
 * @throws {KubernetesError}
 */
export async function untilAtSource(props: UntilAtSourceProps): Promise<void> {
  const { objects, app, onWait, patience = {} } = props
  const { everyMs = 1000, mostLooks = 300 } = patience
  const safe = new Set<string>()
  const said = new Set<string>()
  for (let looks = 1; ; looks++) {
    const reason = await waitsFor(props, safe)
    if (reason === undefined) return
    if (!said.has(reason)) onWait?.(reason)
    said.add(reason)
    if (looks >= mostLooks) throw tooLate(app, reason)
    await objects.pause(everyMs)
  }
}

/** @param safe commits that may be applied; the newest is added if it may */
async function waitsFor(props: UntilAtSourceProps, safe: Set<string>): Promise<string | undefined> {
  const { place, app } = props
  const tip = (await place.remote.tip(place.branch)) ?? ''
  const unsafe = danger(await recordAt(place, tip, app), props)
  if (unsafe !== undefined) return unsafe
  safe.add(tip)
  return lateSource(props, safe)
}

/** Why the branch must not be applied yet, as a sentence; `undefined` if it may. */
function danger(
  record: RecordSpec | undefined,
  { debt: { notes, isByPods }, place: { branch, environment } }: UntilAtSourceProps,
): string | undefined {
  const { rollout } = record ?? {}
  if (rollout === undefined) return undefined
  // A later one is none of its business.
  if (notes.length > 0 && notes.every((abort) => abort.rollout !== rollout.id)) return undefined
  const isTraffic = rollout.stage.phase === 'aborting' && rollout.stage.part === 'traffic'
  if (!isTraffic && !isByPods) {
    return `${branch} keeps requests on the canary until a look has seen stable with its old version`
  }
  // Stable gets its old version back by the very sync that is suspended.
  if (!isTraffic || !isByPods) return undefined
  return `${branch} has the pods of the canary until a look has seen that there are none: lockstep rollout tick --env ${environment} --kubeconfig FILE`
}

/** What would not yet apply a commit that is safe, as a sentence; `undefined` if nothing is left of that. */
async function lateSource(
  { objects, app, debt, place }: UntilAtSourceProps,
  safe: ReadonlySet<string>,
): Promise<string | undefined> {
  for (const applier of debt.appliers) {
    const sync = await objects.find(identityOf(applier))
    const isOurs = sync !== undefined && suspendedFor(sync).includes(app)
    if (!isOurs || !suspensionOf(sync).isSuspended(sync)) continue
    const late =
      sync.kind === 'Application'
        ? await lateApplication(objects, sync, { safe, branch: place.branch })
        : await lateKustomization(objects, sync, safe)
    if (late !== undefined) return late
  }
  return undefined
}

/** It asks the branch itself when it is given back, unless it stays at one commit. */
async function lateApplication(
  objects: ClusterObjects,
  application: KubernetesObject,
  { safe, branch }: { readonly safe: ReadonlySet<string>; readonly branch: string },
): Promise<string | undefined> {
  const { commit } = await originOf(objects, application)
  return commit === undefined || safe.has(commit)
    ? undefined
    : `${syncName(application)} is told to stay at commit ${shortCommit(commit)}, which is not the newest of ${branch}`
}

async function lateKustomization(
  objects: ClusterObjects,
  kustomization: KubernetesObject,
  safe: ReadonlySet<string>,
): Promise<string | undefined> {
  const { kind, namespace, name } = sourceOf(kustomization)
  const source = kind === 'GitRepository' ? await objects.find(sourceOf(kustomization)) : undefined
  if (source === undefined) {
    throw new LiveAbortRefusedError(
      `${syncName(kustomization)} applies what ${kind} ${namespace}/${name} has, and which commit that is cannot be seen`,
      `See that it has the abort, give it back with ${backByHand(kustomization)}, then run this again`,
    )
  }
  const commit = commitOf(source)
  return commit !== undefined && safe.has(commit)
    ? undefined
    : `GitRepository ${namespace}/${name} has not fetched the newest commit yet`
}

/** `deploy@sha1:1f0c…` */
const commitOf = ({ status }: KubernetesObject): string | undefined =>
  text(at(status, 'artifact', 'revision'))
    ?.split(':')
    .at(-1)

const tooLate = (app: string, reason: string): LiveAbortRefusedError =>
  new LiveAbortRefusedError(
    `The sync of ${app} is not given back yet: ${reason}`,
    'Requests stay on stable meanwhile. Run it again, which goes on from here',
  )
